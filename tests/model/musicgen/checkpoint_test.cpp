// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/checkpoint.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/model/musicgen/safetensors_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::musicgen::Checkpoint;
using dgx::musicgen::ElementType;
using dgx::musicgen::TensorEntry;
using namespace dgx::test;

namespace {

std::string sound_file() {
  return safetensors_bytes(R"({"__metadata__":{"format":"pt"},)"
                           R"("b":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},)"
                           R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                           R"("steps":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},)"
                           R"("c":{"dtype":"BF16","shape":[0,7],"data_offsets":[24,24]}}   )",
                           data_of(24));
}

std::string bytes_of(const Checkpoint& checkpoint, const TensorEntry& entry) {
  std::string bytes(entry.byte_count, '\0');
  const auto status = checkpoint.read(entry, std::as_writable_bytes(std::span(bytes)));
  REQUIRE_OK(status);
  return bytes;
}

dgx::Error opening_error(const std::filesystem::path& folder) {
  const auto checkpoint = Checkpoint::open(folder);
  REQUIRE_FALSE(checkpoint.has_value());
  return checkpoint.error();
}

const std::string kFirstShard =
    safetensors_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", data_of(4));
const std::string kSecondShard =
    safetensors_bytes(R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", data_of(8));

void write_shards(const TempDir& folder, const std::string& index) {
  write_bytes(folder / "one.safetensors", kFirstShard);
  write_bytes(folder / "two.safetensors", kSecondShard);
  write_bytes(folder / "model.safetensors.index.json", index);
}

}  // namespace

TEST_CASE("A single file gives its tensors by name, with type, shape and bytes", "[checkpoint]") {
  const TempDir folder;
  write_bytes(folder / "model.safetensors", sound_file());
  const auto checkpoint = Checkpoint::open(folder.path());
  REQUIRE_OK(checkpoint);
  REQUIRE(checkpoint->tensors().size() == 3);
  CHECK(checkpoint->total_bytes() == 16);

  const TensorEntry* scalar = checkpoint->find("a");
  REQUIRE(scalar != nullptr);
  CHECK(scalar->type == ElementType::kF32);
  CHECK(scalar->shape.empty());
  CHECK(bytes_of(*checkpoint, *scalar) == data_of(24).substr(0, 4));

  const TensorEntry* matrix = checkpoint->find("b");
  REQUIRE(matrix != nullptr);
  CHECK(matrix->type == ElementType::kF16);
  CHECK(matrix->shape == std::vector<std::int64_t>{2, 3});
  CHECK(bytes_of(*checkpoint, *matrix) == data_of(24).substr(4, 12));
  std::string part(5, '\0');
  REQUIRE_OK(checkpoint->read_part(*matrix, 7, std::as_writable_bytes(std::span(part))));
  CHECK(part == data_of(24).substr(11, 5));
  for (const std::uint64_t first : {std::uint64_t{8}, std::uint64_t{13}, ~std::uint64_t{0}}) {
    const auto beyond =
        checkpoint->read_part(*matrix, first, std::as_writable_bytes(std::span(part)));
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().code == ErrorCode::kInvalidArgument);
  }

  const TensorEntry* empty = checkpoint->find("c");
  REQUIRE(empty != nullptr);
  CHECK(empty->type == ElementType::kBF16);
  CHECK(bytes_of(*checkpoint, *empty).empty());

  CHECK(checkpoint->find("steps") == nullptr);
  CHECK(checkpoint->find("d") == nullptr);
}

TEST_CASE("A tensor that is not as needed is named with both shapes", "[checkpoint]") {
  const TempDir folder;
  write_bytes(folder / "model.safetensors", sound_file());
  const auto checkpoint = Checkpoint::open(folder.path());
  REQUIRE_OK(checkpoint);
  const std::array<std::int64_t, 2> right = {2, 3};
  const std::array<std::int64_t, 2> wrong = {3, 2};
  const std::array<std::int64_t, 1> one = {1};
  CHECK(checkpoint->require("b", right).has_value());
  const auto message = [&](std::string_view name, std::span<const std::int64_t> shape) {
    return checkpoint->require(name, shape).error().message;
  };
  CHECK_THAT(message("b", wrong), Catch::Contains("b must have the shape [3, 2], got [2, 3]"));
  CHECK_THAT(message("b", one), Catch::Contains("b must have the shape [1], got [2, 3]"));
  CHECK_THAT(message("z", one), Catch::Contains("the tensor z of shape [1] is missing"));
  CHECK_THAT(message("steps", one), Catch::Contains("must be F32, F16 or BF16, got I64"));
}

TEST_CASE("Room of another size than the tensor's is refused", "[checkpoint]") {
  const TempDir folder;
  write_bytes(folder / "model.safetensors", sound_file());
  const auto checkpoint = Checkpoint::open(folder.path());
  REQUIRE_OK(checkpoint);
  std::array<std::byte, 5> room{};
  const auto status = checkpoint->read(*checkpoint->find("a"), room);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message == "the tensor a has 4 bytes, got room for 5");
}

TEST_CASE("A file that shrinks under the reader is an error", "[checkpoint]") {
  const TempDir folder;
  const std::string whole = sound_file();
  write_bytes(folder / "model.safetensors", whole);
  const auto checkpoint = Checkpoint::open(folder.path());
  REQUIRE_OK(checkpoint);
  const TensorEntry* matrix = checkpoint->find("b");
  REQUIRE(matrix != nullptr);
  for (const std::uint64_t left : {matrix->offset + matrix->byte_count - 1, matrix->offset,
                                   std::uint64_t{3}, std::uint64_t{0}}) {
    std::filesystem::resize_file(folder / "model.safetensors", left);
    std::string bytes(matrix->byte_count, '\0');
    const auto status = checkpoint->read(*matrix, std::as_writable_bytes(std::span(bytes)));
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().code == ErrorCode::kCorrupt);
    CHECK_THAT(status.error().message, Catch::Contains("model.safetensors ends at byte"));
  }
}

TEST_CASE("Shards are opened as the index places their tensors", "[checkpoint]") {
  const TempDir folder;
  write_shards(folder, R"({"metadata":{"total_size":12,"by":[1,{"x":2}]},)"
                       R"("weight_map":{"a":"one.safetensors","b":"two.safetensors"}})");
  const auto checkpoint = Checkpoint::open(folder.path());
  REQUIRE_OK(checkpoint);
  REQUIRE(checkpoint->tensors().size() == 2);
  CHECK(bytes_of(*checkpoint, *checkpoint->find("a")) == data_of(4));
  CHECK(bytes_of(*checkpoint, *checkpoint->find("b")) == data_of(8));
}

TEST_CASE("An index that does not fit its shards is refused", "[checkpoint]") {
  struct Case {
    const char* index;
    const char* words;
  };
  const auto [index, words] = GENERATE(
      Case{R"({"weight_map":{"a":"one.safetensors"}})", nullptr},  // two is not named: fine
      Case{R"({"weight_map":{"a":"one.safetensors","b":"one.safetensors"}})",
           "places the tensor \"b\" in one.safetensors, which does not hold it"},
      Case{R"({"weight_map":{"a":"one.safetensors","c":"two.safetensors"}})",
           "holds the tensor \"b\""},
      Case{R"({"weight_map":{"a":"../one.safetensors"}})", "got \"../one.safetensors\""},
      Case{R"({"weight_map":{"a":"/etc/one.safetensors"}})", "of this folder"},
      Case{R"({"weight_map":{"a":"sub/one.safetensors"}})", "of this folder"},
      Case{R"({"weight_map":{"a":".."}})", "of this folder"},
      Case{R"({"weight_map":{"a":"model.bin"}})", "of this folder"},
      Case{R"({"weight_map":{"a":"missing.safetensors"}})", "missing.safetensors"},
      Case{R"({"weight_map":{"a":1}})", "a file name for each tensor"},
      Case{R"({"weight_map":{"a":["one.safetensors"]}})", "a file name for each tensor"},
      Case{R"({"weight_map":{"a":{"b":"one.safetensors"}}})", "a file name for each tensor"},
      Case{R"({"weight_map":"one.safetensors"})", "no weight_map"},
      Case{R"({"weight_map":{"a":"one.safetensors","a":"two.safetensors"}})", "appears twice"},
      Case{R"({})", "no weight_map"}, Case{"", "not an index"}, Case{"[[[[[[[[[", "not an index"});
  const TempDir folder;
  write_shards(folder, index);
  if (words == nullptr) {
    CHECK(Checkpoint::open(folder.path()).has_value());
    return;
  }
  CHECK_THAT(opening_error(folder.path()).message, Catch::Contains(words));
}

TEST_CASE("A shard that is a link is refused", "[checkpoint]") {
  const TempDir folder;
  write_shards(folder, R"({"weight_map":{"a":"link.safetensors"}})");
  std::filesystem::create_symlink("one.safetensors", folder / "link.safetensors");
  CHECK_THAT(opening_error(folder.path()).message, Catch::Contains("is a link"));
}

TEST_CASE("A folder with pickles only says how to get safetensors", "[checkpoint]") {
  const auto name = GENERATE("pytorch_model.bin", "state_dict.pt", "weights.ckpt", "model.th");
  const TempDir folder;
  write_bytes(folder / name, "\x80\x02");
  const dgx::Error error = opening_error(folder.path());
  CHECK(error.code == ErrorCode::kInvalidArgument);
  CHECK_THAT(error.message, Catch::Contains(name) && Catch::Contains("safe_serialization=True"));
}

TEST_CASE("A folder without weights says which files it lacks", "[checkpoint]") {
  const TempDir folder;
  CHECK(opening_error(folder.path()).code == ErrorCode::kNotFound);
  CHECK_THAT(opening_error(folder.path()).message,
             Catch::Contains("neither model.safetensors nor model.safetensors.index.json"));
  CHECK(opening_error(folder / "absent").code == ErrorCode::kNotFound);
}
