// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace dgx::musicgen {

/// T5's tokenizer over spiece.model: SentencePiece behind one call. The ids are those of
/// transformers' T5Tokenizer:
///   * the id of "</s>" (1 in T5's file) stands once at the end, whatever the text, so that the
///     empty text gives it alone; nothing stands at the front, and nothing is cut off or padded;
///   * all other ids are SentencePiece's own (normalised, white space folded, leading "▁").
/// One deliberate difference: what looks like a special token in a text ("</s>", "<pad>",
/// "<extra_id_0>") is text here, because a prompt cannot end itself.
///
/// The file is not trusted: it is read, checked and written anew before the library sees it, so
/// that the library never walks out of an array the file describes (docs/models.md).
///
/// Threads: encode() may be called from several threads at once.
class Tokenizer {
 public:
  /// Failure: as Directory::open_file; kCorrupt (not such a model, over 4 MB), kInvalidArgument
  /// (another kind of SentencePiece model than T5's). Messages name the file.
  static Result<Tokenizer> open(const std::filesystem::path& spiece_model);
  /// The same from the bytes of a file.
  static Result<Tokenizer> from_bytes(std::string_view model);

  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// `text`: UTF-8 of at most 64 KiB. Every id is from 0 to piece_count() - 1.
  [[nodiscard]] Result<std::vector<std::int32_t>> encode(std::string_view text) const;

  [[nodiscard]] std::int32_t piece_count() const { return piece_count_; }
  [[nodiscard]] std::int32_t end_id() const { return end_id_; }

 private:
  Tokenizer();

  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
  std::int32_t piece_count_ = 0;
  std::int32_t end_id_ = 0;
};

}  // namespace dgx::musicgen
