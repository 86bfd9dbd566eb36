// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace dgx::app {

/// What is wrong with a command line that could not be read, and what helps, in one sentence.
/// `app` is what tried to read it.
std::string usage_sentence(const CLI::App& app, const CLI::ParseError& mistake);

}  // namespace dgx::app
