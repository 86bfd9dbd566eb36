// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/tokenizer.hpp"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/musicgen/piece_model.hpp"

namespace dgx::musicgen {
namespace {

constexpr std::uint64_t kMostFileBytes = 4'000'000;  // T5's has 791,656
constexpr std::size_t kMostTextBytes = 65'536;

std::string folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path().string() : std::string(".");
}

}  // namespace

Tokenizer::Tokenizer() : processor_(std::make_unique<sentencepiece::SentencePieceProcessor>()) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Result<Tokenizer> Tokenizer::open(const std::filesystem::path& spiece_model) {
  const Result<Directory> folder = Directory::open(folder_of(spiece_model));
  if (!folder) return folder.error();
  const Result<std::string> bytes =
      read_bounded(*folder, spiece_model.filename().string(), kMostFileBytes);
  if (!bytes) return bytes.error();
  Result<Tokenizer> tokenizer = from_bytes(*bytes);
  if (!tokenizer) {
    return Error{tokenizer.error().code,
                 spiece_model.string() +
                     " is not a tokenizer that can be used: " + tokenizer.error().message};
  }
  return tokenizer;
}

Result<Tokenizer> Tokenizer::from_bytes(std::string_view model) {
  const Result<CheckedPieceModel> checked = check_piece_model(model);
  if (!checked) return checked.error();
  Tokenizer tokenizer;
  try {
    const auto loaded = tokenizer.processor_->LoadFromSerializedProto(checked->bytes);
    if (!loaded.ok()) return Error{ErrorCode::kCorrupt, loaded.ToString()};
  } catch (const std::exception& failure) {  // Darts-clone reports by exception.
    return Error{ErrorCode::kCorrupt, std::string("SentencePiece: ") + failure.what()};
  }
  tokenizer.piece_count_ = checked->piece_count;
  tokenizer.end_id_ = checked->end_id;
  return tokenizer;
}

Result<std::vector<std::int32_t>> Tokenizer::encode(std::string_view text) const {
  if (text.size() > kMostTextBytes) {
    return Error{ErrorCode::kInvalidArgument, "a text to tokenize may have " +
                                                  std::to_string(kMostTextBytes) + " bytes, got " +
                                                  std::to_string(text.size())};
  }
  if (!is_utf8(text)) return Error{ErrorCode::kInvalidArgument, "a text to tokenize must be UTF-8"};
  std::vector<int> ids;
  const auto encoded = processor_->Encode({text.data(), text.size()}, &ids);
  if (!encoded.ok()) return Error{ErrorCode::kInternal, "SentencePiece: " + encoded.ToString()};
  ids.push_back(end_id_);
  return std::vector<std::int32_t>(ids.begin(), ids.end());
}

}  // namespace dgx::musicgen
