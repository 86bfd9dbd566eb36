# SPDX-License-Identifier: Apache-2.0
# The decode step's kernels and their tests alone, which need no package but Catch2: for another
# processor, with a cross compiler (cmake/aarch64.cmake).
find_package(Threads REQUIRED)
add_subdirectory(generator/base)
add_subdirectory(generator/model/musicgen/kernels)
enable_testing()
add_subdirectory(tests)
