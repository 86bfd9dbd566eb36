// SPDX-License-Identifier: Apache-2.0
// Some 200 files that somebody might have made to break a reader. Each is refused in a sentence,
// and no more memory is asked for than twice the file beside a fixed amount.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "generator/model/musicgen/checkpoint.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/tokenizer.hpp"
#include "tests/model/musicgen/config_fixture.hpp"
#include "tests/model/musicgen/heap_peak.hpp"
#include "tests/model/musicgen/piece_model_fixture.hpp"
#include "tests/model/musicgen/safetensors_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::musicgen::Checkpoint;
using dgx::musicgen::Tokenizer;
using namespace dgx::test;

namespace {

// Names, limits, buffers of streams: what a reader needs whatever the file's size.
constexpr std::size_t kFixedBytes = 4'000'000;

using Files = std::vector<std::string>;

std::string tensor(const std::string& name, const std::string& type, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

std::string header_file(const std::string& entries, std::size_t data_bytes) {
  return safetensors_bytes("{" + entries + "}", data_of(data_bytes));
}

std::string sound_file() {
  return header_file(
      tensor("a", "F32", "[2,3]", "[0,24]") + "," + tensor("b", "F16", "[4]", "[24,32]"), 32);
}

void add_truncations(Files& files) {
  const std::string sound = sound_file();
  for (std::size_t size = 0; size < sound.size(); size += 3) files.push_back(sound.substr(0, size));
  files.push_back(sound + "x");
  files.push_back(sound + std::string(4096, '\0'));
}

void add_header_sizes(Files& files) {
  const std::string header = "{" + tensor("a", "F32", "[1]", "[0,4]") + "}";
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, header.size() - 1, header.size() + 1, header.size() + 5,
        std::uint64_t{25'000'001}, std::uint64_t{100'000'000}, std::uint64_t{1} << 31U,
        std::uint64_t{1} << 32U, std::uint64_t{1} << 63U, ~std::uint64_t{0}, ~std::uint64_t{7}}) {
    files.push_back(safetensors_bytes(size, header, data_of(4)));
  }
}

void add_offsets(Files& files) {
  for (const char* offsets : {"[0,3]",
                              "[0,5]",
                              "[1,5]",
                              "[4,0]",
                              "[4,8]",
                              "[-4,0]",
                              "[0,-4]",
                              "[0.0,4]",
                              "[0,4.0]",
                              "[0,4e0]",
                              "[0,18446744073709551615]",
                              "[18446744073709551612,18446744073709551616]",
                              "[18446744073709551615,3]",
                              "[9223372036854775807,9223372036854775811]",
                              "[]",
                              "[0]",
                              "[0,4,4]",
                              "[[0],4]",
                              "[\"0\",4]",
                              "[null,4]",
                              "[true,4]",
                              "{}",
                              "\"0,4\"",
                              "null",
                              "4",
                              "[0,1e400]",
                              "[0,99999999999999999999999]",
                              "[00,4]",
                              "[0,4,]",
                              "[0 4]"}) {
    files.push_back(header_file(tensor("a", "F32", "[1]", offsets), 4));
  }
}

void add_shapes(Files& files) {
  for (const char* shape : {"[-1]",
                            "[2]",
                            "[0]",
                            "[1.0]",
                            "[4294967296,4294967296]",
                            "[4294967296,1073741824]",
                            "[9223372036854775807,2]",
                            "[18446744073709551615]",
                            "[18446744073709551616]",
                            "[4611686018427387904,4]",
                            "[4611686018427387905]",
                            "[1,1,1,1,1,1,1,1,1]",
                            "[1,[1]]",
                            "[\"1\"]",
                            "[null]",
                            "null",
                            "1",
                            "\"1\"",
                            "{}",
                            "[[1]]",
                            "[1e0]",
                            "[1,]",
                            "[2305843009213693952,2,2,2]",
                            "[0,9223372036854775807,9223372036854775807]"}) {
    files.push_back(header_file(tensor("a", "F32", shape, "[0,4]"), 4));
  }
}

void add_types(Files& files) {
  for (const char* type : {"F16", "BF16", "F64", "I64", "BOOL", "U8", "", "XXXXXXXXXXXXXXXXX"}) {
    files.push_back(header_file(tensor("a", type, "[1]", "[0,4]"), 4));
  }
  for (const char* entry :
       {R"("a":{"dtype":1,"shape":[1],"data_offsets":[0,4]})",
        R"("a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]})",
        R"("a":{"dtype":null,"shape":[1],"data_offsets":[0,4]})",
        R"("a":{"shape":[1],"data_offsets":[0,4]})", R"("a":{"dtype":"F32","data_offsets":[0,4]})",
        R"("a":{"dtype":"F32","shape":[1]})", R"("a":{})", R"("a":[])", R"("a":1)", R"("a":null)",
        R"("a":"F32")", R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1})",
        R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{}})",
        R"("a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})",
        R"("a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]})"}) {
    files.push_back(header_file(entry, 4));
  }
}

void add_layouts(Files& files) {
  const auto two = [&files](const char* first, const char* second, std::size_t bytes) {
    files.push_back(header_file(
        tensor("a", "F32", "[2]", first) + "," + tensor("b", "F32", "[2]", second), bytes));
  };
  two("[0,8]", "[12,20]", 20);  // Hole
  two("[0,8]", "[4,12]", 12);   // Overlap
  two("[0,8]", "[0,8]", 8);     // The same place twice
  two("[0,8]", "[0,8]", 16);
  two("[8,16]", "[16,24]", 24);  // A hole at the start
  two("[0,8]", "[8,16]", 17);    // A rest
  two("[0,8]", "[8,16]", 15);
  const std::string a = tensor("a", "F32", "[1]", "[0,4]");
  files.push_back(header_file(a + "," + a, 4));
  files.push_back(header_file(a + "," + tensor("a", "F32", "[1]", "[4,8]"), 8));
  files.push_back(header_file(a + "," + tensor("\\u0061", "F32", "[1]", "[4,8]"), 8));
}

void add_names(Files& files) {
  for (const std::string& name :
       {std::string(), std::string("\\u0000"), std::string("a\\nb"), std::string("\\u001b[31m"),
        std::string("\\u007f"), std::string("\\u0085"), std::string("\xff"), std::string("\xc3"),
        std::string("\\ud800"), std::string(513, 'a'), std::string(70'000, 'a')}) {
    files.push_back(header_file(tensor(name, "F32", "[1]", "[0,4]"), 4));
  }
}

void add_metadata(Files& files) {
  for (const char* metadata : {"1", "[]", "null", "\"x\"", R"({"a":1})", R"({"a":{}})",
                               R"({"a":["b"]})", R"({"a":null})", R"({"a":"b","a":"c"})"}) {
    files.push_back(header_file(std::string("\"__metadata__\":") + metadata, 0));
  }
}

void add_texts(Files& files) {
  const auto text = [&files](const std::string& header) {
    files.push_back(safetensors_bytes(header, data_of(4)));
  };
  for (const char* header : {"[]",          "null",
                             "1",           "\"a\"",
                             "x",           "{",
                             "}",           "{}",
                             "{}{}",        "{} x",
                             " {}",         "{\"a\"}",
                             "{\"a\":}",    "{,}",
                             "{a:1}",       "{'a':1}",
                             "{\"a\":1,}",  "// {}",
                             "{}//",        "\xef\xbb\xbf{}",
                             "{\"a\":NaN}", "{\"a\":Infinity}"}) {
    text(header);
  }
  text(std::string(1000, '{'));
  text("{\"a\":" + std::string(100'000, '['));
  std::string deep;
  for (int level = 0; level < 5000; ++level) deep += "{\"a\":";
  text(deep);
  text("{" + std::string(1'000'000, ' '));
  text(std::string("{\0}", 3));
}

/// Few bytes that ask for much: many entries, long lists.
void add_crowds(Files& files) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) {
    many += (i > 0 ? "," : "") + tensor(std::to_string(i), "F32", "[0]", "[0,0]");
  }
  files.push_back(header_file(many, 0));
  std::string dimensions = "[1";
  for (int i = 0; i < 500'000; ++i) dimensions += ",1";
  files.push_back(header_file(tensor("a", "F32", dimensions + "]", "[0,4]"), 4));
  std::string members = "\"__metadata__\":{\"0\":\"\"";
  for (int i = 1; i < 100'000; ++i) members += ",\"" + std::to_string(i) + "\":\"\"";
  files.push_back(header_file(members + "}", 0));
}

Files hostile_checkpoints() {
  Files files;
  add_truncations(files);
  add_header_sizes(files);
  add_offsets(files);
  add_shapes(files);
  add_types(files);
  add_layouts(files);
  add_names(files);
  add_metadata(files);
  add_texts(files);
  add_crowds(files);
  return files;
}

Files hostile_tokenizers() {
  const std::string& sound = trained_piece_model();
  Files files = {"", "x", std::string(8, '\xff'), std::string(100'000, '\0'),
                 std::string(100'000, '\x0a')};
  for (int part = 1; part < 20; ++part) {
    files.push_back(sound.substr(0, sound.size() * static_cast<std::size_t>(part) / 20));
  }
  files.push_back(sound + sound);  // Every piece twice
  return files;
}

}  // namespace

TEST_CASE("200 hostile safetensors files are refused within twice their size", "[checkpoint]") {
  const TempDir folder;
  const Files files = hostile_checkpoints();
  CHECK(files.size() >= 200);
  for (std::size_t i = 0; i < files.size(); ++i) {
    INFO("file " << i << ": " << files[i].substr(0, 200));
    write_bytes(folder / "model.safetensors", files[i]);
    const HeapPeak heap;
    const auto checkpoint = Checkpoint::open(folder.path());
    const std::size_t peak = heap.bytes();
    CHECK_FALSE(checkpoint.has_value());
    CHECK(peak <= 2 * files[i].size() + kFixedBytes);
    if (!checkpoint) CHECK(checkpoint.error().message.size() < 2000);
  }
}

TEST_CASE("Hostile tokenizers are refused within twice their size", "[tokenizer]") {
  const TempDir folder;
  const Files files = hostile_tokenizers();
  for (std::size_t i = 0; i < files.size(); ++i) {
    INFO("file " << i << " of " << files[i].size() << " bytes");
    write_bytes(folder / "spiece.model", files[i]);
    const HeapPeak heap;
    const auto tokenizer = Tokenizer::open(folder / "spiece.model");
    CHECK(heap.bytes() <= 2 * files[i].size() + kFixedBytes);
    CHECK_FALSE(tokenizer.has_value());
  }
}

TEST_CASE("Hostile configurations are refused within twice their size", "[config]") {
  const TempDir folder;
  const std::string sound = small_config();
  Files files = {"", "[]", "null", "{", std::string(1'000'000, '['), std::string(1'000'001, ' ')};
  for (std::size_t size = 1; size < sound.size(); size += 97)
    files.push_back(sound.substr(0, size));
  std::string list = "{\"a\":[0";
  for (int i = 0; i < 400'000; ++i) list += ",0";
  files.push_back(list + "]}");
  for (const std::string& file : files) {
    INFO(file.substr(0, 100));
    write_bytes(folder / "config.json", file);
    const HeapPeak heap;
    const auto config = dgx::musicgen::read_model_config(folder.path());
    CHECK(heap.bytes() <= 2 * file.size() + kFixedBytes);
    CHECK_FALSE(config.has_value());
  }
}
