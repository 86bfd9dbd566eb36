// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/request.hpp"

namespace dgx::app {

/// One request of a batch file, or what is wrong with its line.
struct BatchLine {
  std::int64_t number = 0;  ///< 1 for the first line of the file
  Result<protocol::GenerationRequest> request;
  bool has_own_key = false;  ///< Its idempotency key stands in the file
};

/// What a batch file may have.
struct BatchLimits {
  std::size_t file_bytes = std::size_t{16} << 20;
  std::size_t line_bytes = std::size_t{64} << 10;
  std::size_t requests = 1000;  ///< As many as the queue holds
};

/// The text of a file, or of standard input where `file` is "-".
Result<std::string> read_batch_file(const std::string& file, const BatchLimits& limits = {});

/// The requests of a batch file: JSON Lines where the file is called .jsonl or .ndjson, or has
/// another name than .txt and a brace in front; else one prompt a line. Empty lines and lines that
/// begin with # do not count.
///
/// A request without an idempotency key gets one from `source` (where the file lies), its own
/// fields, and how many lines above it ask for the same. So the same file asks for nothing twice,
/// also where lines were added, taken away or moved meanwhile.
///
/// A wrong line is given with its error and does no harm to the others. The file as a whole is
/// refused where no line counts, or too many do.
Result<std::vector<BatchLine>> read_batch_lines(std::string_view text, const std::string& source,
                                                const BatchLimits& limits = {});

}  // namespace dgx::app
