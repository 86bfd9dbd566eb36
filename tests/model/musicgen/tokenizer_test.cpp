// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/tokenizer.hpp"

#include <sentencepiece_processor.h>

#include <string>
#include <vector>

#include "tests/model/musicgen/piece_model_fixture.hpp"
#include "tests/model/musicgen/safetensors_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::musicgen::Tokenizer;
using namespace dgx::test;

namespace {

std::vector<std::int32_t> ids_of(const Tokenizer& tokenizer, const std::string& text) {
  const auto ids = tokenizer.encode(text);
  REQUIRE_OK(ids);
  return *ids;
}

}  // namespace

TEST_CASE("A text gets SentencePiece's own ids and one end", "[tokenizer]") {
  const std::string& model = trained_piece_model();
  const auto tokenizer = Tokenizer::from_bytes(model);
  REQUIRE_OK(tokenizer);
  sentencepiece::SentencePieceProcessor judge;
  REQUIRE(judge.LoadFromSerializedProto(model).ok());
  CHECK(tokenizer->piece_count() == judge.GetPieceSize());
  for (const char* text :
       {"warm lofi rhodes at 84 bpm", "  Drums   and\tbass ", "", " ", "ﬁne café, naïve ½ ①",
        "東京の雨、静かなピアノ", "синтвейв 80-х", "🎹🎸 мелодия", "e\u0301\u0302", "\u00a0x\u3000y",
        "</s>", "a </s> b <pad> <extra_id_0> <unk>", "\u2581under", "Ａ４４０"}) {
    INFO(text);
    std::vector<int> expected;
    REQUIRE(judge.Encode(text, &expected).ok());
    expected.push_back(1);
    CHECK(ids_of(*tokenizer, text) == expected);
  }
}

TEST_CASE("The empty text is the end alone", "[tokenizer]") {
  const auto tokenizer = Tokenizer::from_bytes(trained_piece_model());
  REQUIRE_OK(tokenizer);
  CHECK(ids_of(*tokenizer, "") == std::vector<std::int32_t>{tokenizer->end_id()});
  CHECK(tokenizer->end_id() == 1);
}

TEST_CASE("A text that is not UTF-8 or too long is refused", "[tokenizer]") {
  const auto tokenizer = Tokenizer::from_bytes(trained_piece_model());
  REQUIRE_OK(tokenizer);
  CHECK(tokenizer->encode("\xff").error().code == ErrorCode::kInvalidArgument);
  CHECK_THAT(tokenizer->encode(std::string(65'537, 'a')).error().message,
             Catch::Contains("may have 65536 bytes, got 65537"));
}

TEST_CASE("A tokenizer file is opened by its path", "[tokenizer]") {
  const TempDir folder;
  write_bytes(folder / "spiece.model", trained_piece_model());
  CHECK(Tokenizer::open(folder / "spiece.model").has_value());
  CHECK(Tokenizer::open(folder / "absent.model").error().code == ErrorCode::kNotFound);
  write_bytes(folder / "spiece.model", std::string(4'000'001, '\0'));
  CHECK_THAT(Tokenizer::open(folder / "spiece.model").error().message,
             Catch::Contains("may have 4000000 bytes, got 4000001"));
}
