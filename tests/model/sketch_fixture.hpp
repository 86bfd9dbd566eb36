// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/model/sketch/genre.hpp"
#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/prompt_reader.hpp"
#include "generator/model/sketch/score.hpp"
#include "generator/model/sketch/vocabulary.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {

/// The built-in data, read once.
struct SketchData {
  model::sketch::Vocabulary vocabulary{};
  std::vector<model::sketch::Genre> genres{};
};

inline const SketchData& sketch_data() {
  static const SketchData data = [] {
    auto vocabulary = model::sketch::built_in_vocabulary();
    REQUIRE_OK(vocabulary);
    auto genres = model::sketch::load_genres({}, *vocabulary);
    REQUIRE_OK(genres);
    return SketchData{*std::move(vocabulary), std::move(genres->genres)};
  }();
  return data;
}

inline model::sketch::PromptReading read(const std::string& prompt) {
  return model::sketch::read_prompt(prompt, sketch_data().vocabulary, sketch_data().genres);
}

inline Result<model::sketch::Plan> try_plan(const protocol::GenerationRequest& request,
                                            std::uint64_t seed = 1) {
  return model::sketch::make_plan(request, read(request.prompt), sketch_data().genres,
                                  sketch_data().vocabulary, seed);
}

inline model::sketch::Plan plan_of(const protocol::GenerationRequest& request,
                                   std::uint64_t seed = 1) {
  auto plan = try_plan(request, seed);
  REQUIRE_OK(plan);
  return *std::move(plan);
}

inline protocol::GenerationRequest request_of(const std::string& prompt) {
  protocol::GenerationRequest request;
  request.prompt = prompt;
  request.seed = 1;
  return request;
}

}  // namespace dgx::test
