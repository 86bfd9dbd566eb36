# SPDX-License-Identifier: Apache-2.0
# libdgx-musicgen.so, the tokenizer and the benchmark alone, for a machine that has libtorch,
# SentencePiece and Boost.JSON and little else. The tests of the library need Catch2 as well:
# -DDGX_BUILD_TESTS=OFF leaves them out.

if(NOT DGX_TORCH)
  message(FATAL_ERROR "DGX_ONLY_ENGINE needs libtorch: name it in CMAKE_PREFIX_PATH")
endif()
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece>=0.1.97)
foreach(folder base protocol model/musicgen)
  add_subdirectory(generator/${folder})
endforeach()
add_subdirectory(tests/bench/musicgen)
if(DGX_BUILD_TESTS)
  enable_testing()
  add_subdirectory(tests)
endif()
