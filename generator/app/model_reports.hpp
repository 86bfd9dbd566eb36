// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/model_report.hpp"

// What `models list` and `models info` tell, gathered from store, catalogue and machine.
namespace dgx::app {

/// Installed models best first, then the built-in one, broken ones, and what can be pulled, with
/// the memory that each needs where the settings let it compute.
Result<std::vector<protocol::ModelReport>> report_models(const Settings& settings);

/// One model, with the measurement of how fast this machine reads. Failure: kNotFound for an id
/// that is neither installed nor known; what makes an installed model unusable stands in `problem`.
Result<protocol::ModelReport> report_model(const Settings& settings, const std::string& id);

/// The model that a request without one gets: the best installed one that fits the machine, or
/// "sketch".
std::string default_model(const std::vector<protocol::ModelReport>& reports);

/// Why better models that are installed are passed over for that one, in a sentence; empty where
/// none is.
std::string passed_over(const std::vector<protocol::ModelReport>& reports);

}  // namespace dgx::app
