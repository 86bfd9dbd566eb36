// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sentencepiece_trainer.h>

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dgx::test {

/// Hands a list of sentences to the trainer.
class Sentences final : public sentencepiece::SentenceIterator {
 public:
  explicit Sentences(std::vector<std::string> sentences) : sentences_(std::move(sentences)) {}
  [[nodiscard]] bool done() const override { return next_ == sentences_.size(); }
  void Next() override { ++next_; }
  [[nodiscard]] const std::string& value() const override { return sentences_[next_]; }
  [[nodiscard]] sentencepiece::util::Status status() const override { return {}; }

 private:
  std::vector<std::string> sentences_;
  std::size_t next_ = 0;
};

/// A SentencePiece model of T5's kind (unigram, <pad> 0, </s> 1, <unk> 2) with some 100 pieces,
/// trained by the library itself.
inline std::string train_piece_model(const std::string& normalisation) {
  std::vector<std::string> lines;
  for (int i = 0; i < 40; ++i) {
    lines.push_back("warm lofi rhodes at " + std::to_string(60 + i) + " bpm with vinyl");
    lines.push_back("driving drums and bass, take " + std::to_string(i * 7));
    lines.push_back("quiet piano under rain, slow strings and a choir");
  }
  Sentences sentences(std::move(lines));
  std::string bytes;
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", "unigram"},
      {"vocab_size", "120"},
      {"hard_vocab_limit", "false"},
      {"pad_id", "0"},
      {"eos_id", "1"},
      {"unk_id", "2"},
      {"bos_id", "-1"},
      {"normalization_rule_name", normalisation},
      {"num_threads", "1"},
      {"minloglevel", "2"}};
  const auto trained = sentencepiece::SentencePieceTrainer::Train(settings, &sentences, &bytes);
  if (!trained.ok()) throw std::runtime_error(trained.ToString());
  return bytes;
}

/// With T5's normalisation, once a process.
inline const std::string& trained_piece_model() {
  static const std::string model = train_piece_model("nmt_nfkc");
  return model;
}

/// Without a character map: small.
inline const std::string& plain_piece_model() {
  static const std::string model = train_piece_model("identity");
  return model;
}

}  // namespace dgx::test
