// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generator/app/terminal.hpp"
#include "generator/base/error.hpp"
#include "generator/protocol/messages.hpp"

// What the commands say to people, in lines without line ends. All text that came from outside is
// escaped here.
namespace dgx::app {

/// Prints the error's sentence on standard error, with `json` also as JSON on standard output, and
/// gives the exit code.
int report_error(const Error& error, bool json);

/// The facts of a finished take: name, length, tempo, key, loudness, seed, model and warnings.
std::vector<std::string> describe_take(const Terminal& terminal, const protocol::Receipt& receipt);

/// "11.4 s", "1 min 05 s"
std::string length_text(double seconds);

/// The parts that are not empty, with the separator between them.
std::string joined(const std::vector<std::string>& parts, std::string_view separator);

/// "1 take", "2 takes"
std::string counted(std::int64_t count, const std::string& thing);

/// "-16.0": with one decimal, as meters show it.
std::string one_decimal(double value);

/// The text in lines of at most `columns` characters, broken at blanks where there are any.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// Cut to `columns` characters with an ellipsis; `text` has to be UTF-8.
std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace dgx::app
