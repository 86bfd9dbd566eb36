// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {

/// What torch says before its stack trace, in one line.
std::string first_line(std::string_view text);

Error out_of_memory(std::string_view detail);

/// Runs `work` and turns whatever is thrown into its error: the border of the library.
template <typename Work>
auto without_exceptions(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const Failure& failure) {
    return failure.error();
  } catch (const std::bad_alloc&) {
    return out_of_memory("");
  } catch (const c10::Error& error) {
    const std::string line = first_line(error.what_without_backtrace());
    // The CPU's allocator throws a plain c10::Error.
    const bool memory = line.find("out of memory") != std::string::npos ||
                        line.find("not enough memory") != std::string::npos ||
                        line.find("can't allocate memory") != std::string::npos;
    if (memory) return out_of_memory(line);
    return Error{ErrorCode::kInternal, "libtorch failed: " + line};
  } catch (const std::exception& exception) {
    return Error{ErrorCode::kInternal, "MusicGen failed: " + first_line(exception.what())};
  }
}

}  // namespace dgx::musicgen
