// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "generator/model/musicgen/tokenizer.hpp"
#include "tests/model/musicgen/written_piece_model.hpp"
#include "tests/support/catch.hpp"

using dgx::ErrorCode;
using dgx::musicgen::Tokenizer;
using namespace dgx::test;

namespace {

using Ids = std::vector<std::int32_t>;

std::string refusal(const std::string& model) {
  const auto tokenizer = Tokenizer::from_bytes(model);
  REQUIRE_FALSE(tokenizer.has_value());
  return tokenizer.error().message;
}

std::string map_refusal(const WrittenMap& map) {
  return refusal(written_piece_model(smallest_pieces(), map.bytes()));
}

/// A chain of `length` letters "A" below the root, each of which ends a rule.
WrittenMap chain(int length) {
  WrittenMap map;
  map.unit_count = static_cast<std::size_t>(length + 2) * 512;
  map.node(0, 512, 0, false);
  for (int i = 0; i < length; ++i) {
    const auto base = static_cast<std::uint32_t>(i + 1) * 512;
    map.node(base ^ 'A', base + 512, 'A', true);
    map.leaf(base + 512, 0);
  }
  return map;
}

}  // namespace

TEST_CASE("The smallest model and the smallest character map work", "[tokenizer]") {
  const auto plain = Tokenizer::from_bytes(written_piece_model(smallest_pieces()));
  REQUIRE_OK(plain);
  CHECK(*plain->encode("ab c") == Ids{3, 4, 5, 3, 2, 1});
  CHECK(*plain->encode("A") == Ids{3, 2, 1});
  const auto mapped =
      Tokenizer::from_bytes(written_piece_model(smallest_pieces(), smallest_map().bytes()));
  REQUIRE_OK(mapped);
  CHECK(*mapped->encode("A") == Ids{3, 5, 1});
}

TEST_CASE("Pieces that the library would trust are refused by what is wrong", "[tokenizer]") {
  const auto with_piece = [](const WrittenPiece& piece) {
    auto pieces = smallest_pieces();
    pieces.push_back(piece);
    return refusal(written_piece_model(pieces));
  };
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  CHECK_THAT(with_piece({""}), Catch::Contains("piece 6 must be 1 to 256 bytes of UTF-8"));
  CHECK_THAT(with_piece({std::string("a\0b", 3)}), Catch::Contains("UTF-8 text"));
  CHECK_THAT(with_piece({"\xff"}), Catch::Contains("UTF-8 text"));
  CHECK_THAT(with_piece({std::string(257, 'x')}), Catch::Contains("1 to 256 bytes"));
  CHECK_THAT(with_piece({"a"}), Catch::Contains("piece 6 stands there twice"));
  CHECK_THAT(with_piece({"x", std::nanf("")}), Catch::Contains("a finite number"));
  CHECK_THAT(with_piece({"x", -kInfinite}), Catch::Contains("a finite number"));
  CHECK_THAT(with_piece({"<0x00>", 0.0F, 6}), Catch::Contains("1 to 5, got 6"));
  CHECK_THAT(with_piece({"x", 0.0F, 0}), Catch::Contains("1 to 5, got 0"));
  CHECK_THAT(with_piece({"x", 0.0F, ~std::uint64_t{0}}), Catch::Contains("1 to 5, got 1844"));
  CHECK_THAT(with_piece({"<unk2>", 0.0F, 2}), Catch::Contains("1 unknown piece, got 2"));
}

TEST_CASE("A model of another kind than T5's is refused", "[tokenizer]") {
  CHECK_THAT(refusal(written_piece_model(smallest_pieces(), "", 2)),
             Catch::Contains("must be a unigram model (type 1), as T5's, got type 2"));
  auto pieces = smallest_pieces();
  pieces[1].text = "<eos>";
  CHECK_THAT(refusal(written_piece_model(pieces)), Catch::Contains("must have the control piece"));
  CHECK_THAT(refusal(written_piece_model({{"</s>", 0.0F, 3}, {"<unk>", 0.0F, 2}})),
             Catch::Contains("no piece of text"));
  pieces = smallest_pieces();
  for (int i = 0; i < 33; ++i) {
    pieces.push_back({"user" + std::to_string(i), 0.0F, 4});
  }
  CHECK_THAT(refusal(written_piece_model(pieces)),
             Catch::Contains("32 user-defined pieces, got 33"));
  pieces.pop_back();
  CHECK(Tokenizer::from_bytes(written_piece_model(pieces)).has_value());
}

TEST_CASE("A character map that leads anywhere else is refused", "[tokenizer]") {
  WrittenMap map = smallest_map();
  map.node(0, 1024, 0, false);
  CHECK_THAT(map_refusal(map), Catch::Contains("leads out of its array"));

  map = smallest_map();
  map.node(256 ^ 'A', 1024, 'A', true);
  CHECK_THAT(map_refusal(map), Catch::Contains("leads out of its array"));

  map = smallest_map();
  map.leaf(512, 2);
  CHECK_THAT(map_refusal(map), Catch::Contains("leads out of its text"));
  map.leaf(512, 0x7FFFFFFF);
  CHECK_THAT(map_refusal(map), Catch::Contains("leads out of its text"));
  map.leaf(512, 1);  // The last zero byte: an empty replacement
  CHECK(Tokenizer::from_bytes(written_piece_model(smallest_pieces(), map.bytes())).has_value());

  map = smallest_map();
  map.node(256 ^ 'A', 256, 'A', false);
  CHECK_THAT(map_refusal(map), Catch::Contains("leads in a circle"));

  map = smallest_map();
  map.text = "b";
  CHECK_THAT(map_refusal(map), Catch::Contains("must end its text with a zero byte"));
  map.text.clear();
  CHECK_THAT(map_refusal(map), Catch::Contains("must hold its array and a text"));

  map = smallest_map();
  map.unit_count = 100;
  CHECK_THAT(map_refusal(map), Catch::Contains("leads out of its array"));
}

TEST_CASE("More prefixes of one input than the library has room for are refused", "[tokenizer]") {
  const auto fits =
      Tokenizer::from_bytes(written_piece_model(smallest_pieces(), chain(32).bytes()));
  REQUIRE_OK(fits);
  CHECK(*fits->encode(std::string(32, 'A')) == Ids{3, 5, 1});
  CHECK_THAT(map_refusal(chain(33)), Catch::Contains("may have 32 prefixes of one input, got 33"));
}

TEST_CASE("The sizes at the head of a character map are not believed", "[tokenizer]") {
  for (const std::string& map :
       {std::string("\0", 1), std::string(4, '\0'), std::string(8, '\0'),
        std::string("\x04\0\0\0\0\0\0\0", 8), std::string("\x05\0\0\0\0\0\0\0\0\0", 10),
        std::string("\xff\xff\xff\xff\0\0\0\0\0", 9), std::string("\x06\0\0\0\0\0\0\0\0", 9)}) {
    INFO(map.size());
    CHECK_THAT(refusal(written_piece_model(smallest_pieces(), map)),
               Catch::Contains("its character map"));
  }
}

TEST_CASE("Bytes that are no protobuf message are refused", "[tokenizer]") {
  for (const std::string& bytes :
       {std::string("\x0a"),
        std::string("\x0a\x05"
                    "ab"),
        std::string("\x0b"), std::string("\x0c"), std::string("\x07"), std::string("\x00", 1),
        std::string(11, '\xff'), std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        std::string("\x09\x01"), std::string("\x08\x01"), std::string("\x15\x01\x02")}) {
    CHECK_FALSE(Tokenizer::from_bytes(bytes).has_value());
  }
}
