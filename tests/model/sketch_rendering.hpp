// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "generator/model/sketch/sketch_model.hpp"
#include "tests/support/catch.hpp"

// Takes of the sketch model, for the tests of the model and of what it renders.
namespace dgx::test {

inline std::unique_ptr<model::MusicModel> make_model(unsigned threads = 0) {
  model::SketchOptions options;
  options.threads = threads;
  auto model = model::make_sketch_model(options);
  REQUIRE_OK(model);
  return *std::move(model);
}

inline protocol::GenerationRequest short_request(const std::string& prompt) {
  protocol::GenerationRequest request;
  request.prompt = prompt;
  request.seed = 5;
  request.duration = 2.0;
  return request;
}

inline std::vector<model::RenderedTake> takes_of(model::MusicModel& model,
                                                 const protocol::GenerationRequest& request) {
  std::vector<model::RenderedTake> takes;
  const auto status = model.generate(
      request,
      [&](model::RenderedTake&& take) {
        takes.push_back(std::move(take));
        return ok();
      },
      [](const protocol::Progress&) {}, {});
  REQUIRE_OK(status);
  return takes;
}

inline model::RenderedTake take_of(model::MusicModel& model,
                                   const protocol::GenerationRequest& request) {
  auto takes = takes_of(model, request);
  REQUIRE(takes.size() == 1);
  return std::move(takes.front());
}

}  // namespace dgx::test
