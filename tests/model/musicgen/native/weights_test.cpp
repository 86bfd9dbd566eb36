// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/weights.hpp"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/model/musicgen/native/failure.hpp"
#include "generator/model/musicgen/native/loaded_model.hpp"
#include "generator/model/musicgen/native/packed_language_model.hpp"
#include "tests/model/musicgen/native/golden_model.hpp"
#include "tests/model/musicgen/safetensors_fixture.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::musicgen;
using namespace dgx::test;

namespace {

constexpr std::int64_t kRows = 5;
constexpr std::int64_t kColumns = 3;

/// Numbers that all three types hold exactly.
std::vector<float> numbers() {
  std::vector<float> values;
  for (int i = 0; i < kRows * kColumns; ++i) values.push_back(static_cast<float>(i - 7) / 4);
  return values;
}

template <typename T>
std::string data_as() {
  std::string data;
  for (const float value : numbers()) {
    const T stored(value);
    char bytes[sizeof(T)];
    std::memcpy(bytes, &stored, sizeof(T));
    data.append(bytes, sizeof(T));
  }
  return data;
}

void write_matrix(const TempDir& folder, const std::string& type, const std::string& data) {
  write_bytes(
      folder / "model.safetensors",
      safetensors_bytes(R"({"m":{"dtype":")" + type + R"(","shape":[5,3],"data_offsets":[0,)" +
                            std::to_string(data.size()) + "]}}",
                        data));
}

Checkpoint opened(const std::filesystem::path& folder) {
  auto checkpoint = Checkpoint::open(folder);
  REQUIRE_OK(checkpoint);
  return *std::move(checkpoint);
}

/// A copy of the golden mono model.
void copy_golden(const TempDir& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(golden_model("mono"))) {
    std::filesystem::copy(entry.path(), folder / entry.path().filename().string());
  }
}

template <typename Work>
ErrorCode code_of_failure(const Work& work) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.error().code;
  }
  FAIL("nothing was thrown");
  return ErrorCode::kInternal;
}

}  // namespace

TEST_CASE("A stored matrix gives the same floats from every type, from any row on", "[weights]") {
  const TempDir folder;
  const std::string type = GENERATE("F32", "F16", "BF16");
  write_matrix(folder, type,
               type == "F32"   ? data_as<float>()
               : type == "F16" ? data_as<at::Half>()
                               : data_as<at::BFloat16>());
  const Checkpoint checkpoint = opened(folder.path());
  const Weights weights(checkpoint, at::kCPU, at::kFloat, {});
  const StoredMatrix matrix = weights.matrix("m", kRows, kColumns);
  REQUIRE(matrix.rows() == kRows);
  REQUIRE(matrix.columns() == kColumns);
  const std::vector<float> expected = numbers();
  for (std::int64_t first = 0; first < kRows; ++first) {
    for (std::int64_t count = 0; first + count <= kRows; ++count) {
      std::vector<float> rows(static_cast<std::size_t>(count * kColumns));
      REQUIRE_OK(matrix.read(first, rows));
      CHECK(std::equal(rows.begin(), rows.end(), expected.begin() + first * kColumns));
    }
  }
  std::vector<float> too_many(2 * kColumns);
  const Status beyond = matrix.read(kRows - 1, too_many);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("A file that shrinks while the language model is packed is an error", "[weights]") {
  const TempDir folder;
  copy_golden(folder);
  const auto config = read_model_config(folder.path());
  REQUIRE_OK(config);
  const Checkpoint checkpoint = opened(folder.path());
  const Weights weights(checkpoint, at::kCPU, at::kFloat, {});
  const int threads = GENERATE(1, 3);
  // All of the first layer is there, and most of the rest is not.
  const TensorEntry* last = checkpoint.find("decoder.model.decoder.layers.1.fc1.weight");
  REQUIRE(last != nullptr);
  std::filesystem::resize_file(folder / "model.safetensors", last->offset);
  CHECK(code_of_failure([&] { PackedLanguageModel(weights, config->decoder, true, threads); }) ==
        ErrorCode::kCorrupt);
}

TEST_CASE("A stop ends loading, whoever of the loading threads sees it", "[weights]") {
  const Checkpoint checkpoint = opened(golden_model("mono"));
  const auto config = read_model_config(golden_model("mono"));
  REQUIRE_OK(config);
  const auto type = GENERATE(at::kFloat, kPackedType);
  const std::int64_t part = GENERATE(0, 1);
  std::stop_source stop;
  const auto progress = [&](const protocol::Progress& now) {
    if (now.step == part) stop.request_stop();
  };
  const auto load = [&] {
    LoadedModel::load(checkpoint, *config, {at::kCPU, type, 2}, progress, stop.get_token());
  };
  CHECK(code_of_failure(load) == ErrorCode::kCancelled);
}
