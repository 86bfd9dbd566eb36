// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "generator/model/musicgen/generator.hpp"
#include "tests/support/catch.hpp"

// The tiny models of tests/golden/musicgen, which tests/parity/make_goldens.py made with
// transformers, and what transformers makes of them.
namespace dgx::test {

inline std::filesystem::path golden_model(const std::string& name) {
  return std::filesystem::path(DGX_SOURCE_DIR) / "tests/golden/musicgen" / name;
}

template <typename T>
std::vector<T> oracle(const std::string& name, const std::string& file) {
  std::ifstream stream(golden_model(name) / file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  std::vector<T> numbers(bytes.size() / sizeof(T));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(numbers.data()));
  REQUIRE_FALSE(numbers.empty());
  return numbers;
}

inline std::unique_ptr<musicgen::Generator> load_golden(
    const std::string& name, int threads = 1,
    musicgen::NumberType type = musicgen::NumberType::kFloat32) {
  musicgen::ComputeOptions options;
  options.device = "cpu";
  options.type = type;
  options.threads = threads;
  auto generator = musicgen::load_generator(golden_model(name), options, [](const auto&) {}, {});
  REQUIRE_OK(generator);
  return *std::move(generator);
}

/// An order of `frames` for takes with these seeds, of the golden prompt.
inline musicgen::RenderOrder order_of(const std::string& name, std::int64_t frames,
                                      const std::vector<std::uint64_t>& seeds) {
  musicgen::RenderOrder order;
  for (const std::uint64_t seed : seeds) {
    order.takes.push_back({oracle<std::int32_t>(name, "oracle-prompt.i32"), seed});
  }
  order.frames = frames;
  return order;
}

inline std::vector<musicgen::RenderedTokens> render(musicgen::Generator& generator,
                                                    const musicgen::RenderOrder& order) {
  std::vector<musicgen::RenderedTokens> takes;
  const auto keep = [&](musicgen::RenderedTokens&& take) {
    takes.push_back(std::move(take));
    return ok();
  };
  REQUIRE_OK(generator.render(order, keep, [](const auto&) {}, {}));
  return takes;
}

/// The melody of the golden melody model: four notes of half a second each.
inline std::vector<float> golden_melody() {
  std::vector<float> samples;
  for (int i = 0; i < 64'000; ++i) {
    const double note = std::vector<double>{60, 64, 67, 71}[static_cast<std::size_t>(i) / 16'000];
    const double hertz = 440.0 * std::pow(2.0, (note - 69) / 12);
    samples.push_back(
        static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hertz * (i / 32'000.0))));
  }
  return samples;
}

}  // namespace dgx::test
