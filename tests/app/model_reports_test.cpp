// SPDX-License-Identifier: Apache-2.0
#include "generator/app/model_reports.hpp"

#include "tests/support/catch.hpp"

using dgx::app::default_model;
using dgx::app::passed_over;
using dgx::protocol::ModelReport;

namespace {

ModelReport report(const std::string& id, const std::string& state, const std::string& problem) {
  ModelReport made;
  made.id = id;
  made.state = state;
  made.problem = problem;
  return made;
}

}  // namespace

TEST_CASE("The default is the best model that fits, and what is better says why not", "[models]") {
  const ModelReport large = report("large", "installed", "large needs 16.6 GB of memory");
  const ModelReport small = report("small", "installed", "");
  const ModelReport damaged = report("damaged", "broken", "no weights");
  const ModelReport sketch = report("sketch", "built-in", "");
  CHECK(default_model({small, sketch}) == "small");
  CHECK(passed_over({small, sketch}).empty());
  CHECK(default_model({large, small, sketch}) == "small");
  CHECK(passed_over({large, small, sketch}) == "large needs 16.6 GB of memory: small is used");
  CHECK(default_model({damaged, large, sketch}) == "sketch");
  CHECK(passed_over({damaged, large, sketch}) == "large needs 16.6 GB of memory: sketch is used");
}
