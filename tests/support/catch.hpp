// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only place that knows which Catch2 is installed: Debian 12 has 2.13, later releases 3.x.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#include "generator/base/result.hpp"

/// Fails the test with the error's sentence, so that a broken Result reads as a reason.
#define REQUIRE_OK(result)                                                                 \
  do {                                                                                     \
    const auto& checked_result = (result);                                                 \
    if (!checked_result.has_value()) FAIL(#result ": " << checked_result.error().message); \
    SUCCEED();                                                                             \
  } while (false)
