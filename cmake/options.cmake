# SPDX-License-Identifier: Apache-2.0
# What every target of the project compiles with, and how a folder becomes a library.

add_library(dgx_options INTERFACE)
target_compile_options(dgx_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${DGX_WARNINGS_AS_ERRORS}>:-Werror>)
# The same samples on every machine of one architecture: no contraction of a*b+c.
target_compile_options(dgx_options INTERFACE -ffp-contract=off)
target_include_directories(dgx_options INTERFACE ${CMAKE_SOURCE_DIR})

if(DGX_SANITIZE)
  add_compile_options(-fsanitize=${DGX_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # GCC's own advice: what the sanitizers insert makes this warning see ghosts.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${DGX_SANITIZE})
else()
  target_compile_options(dgx_options INTERFACE -fstack-protector-strong
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

# dgx_library(NAME SOURCES ... [LINKS ...] [PRIVATE_LINKS ...]): one folder, one static library.
# LINKS is the dependency rule of docs/architecture.md; PRIVATE_LINKS are wrapped packages.
function(dgx_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(dgx_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(dgx_${name} PUBLIC dgx_options ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
  if(DGX_COMPILE_TOGETHER)
    set_target_properties(dgx_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    target_compile_options(dgx_${name} PRIVATE -Wno-subobject-linkage)  # No other unit has them.
  endif()
endfunction()
