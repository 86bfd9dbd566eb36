// SPDX-License-Identifier: Apache-2.0
// Where a model is put, on machines of every kind.
#include "generator/model/musicgen/native/device.hpp"

#include <string>

#include "generator/model/musicgen/native/failure.hpp"
#include "tests/model/musicgen/native/golden_model.hpp"

using namespace dgx;
using namespace dgx::test;
using namespace dgx::musicgen;

namespace {

constexpr std::uint64_t kPlenty = 1'000'000'000'000;
// The golden model asks for 0.2 GB of memory, and for 1.0 GB of a card.
constexpr std::uint64_t kLittle = 100'000'000;

ChosenPlacement choose(const Machine& machine, const ComputeOptions& options = {}) {
  const auto config = read_model_config(golden_model("mono"));
  REQUIRE_OK(config);
  return choose_placement(*config, options, machine);
}

Error refusal(const Machine& machine, const ComputeOptions& options = {}) {
  try {
    static_cast<void>(choose(machine, options));
  } catch (const Failure& failure) {
    return failure.error();
  }
  FAIL("a placement was found");
  return {};
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Without a card a model is computed by the own kernels on the processor", "[device]") {
  const ChosenPlacement chosen = choose({kPlenty, {}});
  CHECK(chosen.placement.device.is_cpu());
  CHECK(chosen.placement.type == kPackedType);
  CHECK(chosen.placement.threads >= 1);
  CHECK(chosen.warnings.empty());
}

TEST_CASE("A card is taken by itself, in the 16 bits that it computes in", "[device]") {
  const ChosenPlacement newer = choose({kPlenty, {{kPlenty, true}}});
  CHECK(newer.placement.device.str() == "cuda:0");
  CHECK(newer.placement.type == at::kBFloat16);
  CHECK(choose({kPlenty, {{kPlenty, false}}}).placement.type == at::kHalf);
}

TEST_CASE("Another device and type are taken where they are asked for", "[device]") {
  const Machine machine{kPlenty, {{kPlenty, true}, {kPlenty, true}}};
  ComputeOptions options;
  options.device = "cuda:1";
  options.type = NumberType::kFloat32;
  CHECK(choose(machine, options).placement.device.str() == "cuda:1");
  CHECK(choose(machine, options).placement.type == at::kFloat);
  options.device = "cpu";
  options.type = NumberType::kBFloat16;
  CHECK(choose(machine, options).placement.device.is_cpu());
  CHECK(choose(machine, options).placement.type == at::kBFloat16);
}

TEST_CASE("A card with too little memory leaves the model to the processor and says so",
          "[device]") {
  const ChosenPlacement chosen = choose({kPlenty, {{kLittle, true}}});
  CHECK(chosen.placement.device.is_cpu());
  CHECK(chosen.placement.type == kPackedType);
  REQUIRE(chosen.warnings.size() == 1);
  CHECK(says(chosen.warnings[0], "memory of cuda:0: needed are 1.0 GB, available are 0.1 GB"));
  CHECK(says(chosen.warnings[0], "computed on the CPU instead"));
}

TEST_CASE("It is refused instead where that was asked for", "[device]") {
  ComputeOptions options;
  options.refuse_fallback = true;
  const Error error = refusal({kPlenty, {{kLittle, true}}}, options);
  CHECK(error.code == ErrorCode::kOutOfMemory);
  CHECK(says(error.message, "needed are 1.0 GB, available are 0.1 GB"));
}

TEST_CASE("Weights too large for the memory are refused with both before they are loaded",
          "[device]") {
  for (const Machine& machine : {Machine{kLittle, {}}, Machine{kLittle, {{kLittle, true}}}}) {
    const Error error = refusal(machine);
    CHECK(error.code == ErrorCode::kOutOfMemory);
    CHECK(says(error.message, "into memory: needed are 0.2 GB, available are 0.1 GB"));
  }
}

TEST_CASE("A machine that does not tell its memory is trusted", "[device]") {
  CHECK(choose({{}, {}}).placement.device.is_cpu());
  CHECK(choose({{}, {{{}, true}}}).placement.device.str() == "cuda:0");
}

TEST_CASE("A card that is not there is refused with those that are", "[device]") {
  ComputeOptions options;
  options.device = "cuda:2";
  CHECK(says(refusal({kPlenty, {{kPlenty, true}, {kPlenty, true}}}, options).message,
             "one of the 2 CUDA cards, got cuda:2"));
  CHECK(says(refusal({kPlenty, {}}, options).message, "finds no CUDA card, got cuda:2"));
}
