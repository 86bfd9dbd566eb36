# SPDX-License-Identifier: Apache-2.0
# libtorch, from the distribution or through CMAKE_PREFIX_PATH from an unpacked libtorch or the
# `torch` wheel (PREFIX/lib/pythonX/site-packages/torch). Its own CMake package is not used: it
# wants a CUDA compiler wherever it was built with one, and adds its own flags.

set(DGX_WITH_TORCH "AUTO" CACHE STRING "Build MusicGen: ON, OFF, or AUTO where libtorch is found")
set(DGX_TORCH FALSE)
if(DGX_WITH_TORCH)
  find_path(DGX_TORCH_INCLUDE ATen/ATen.h)
  find_path(DGX_TORCH_API_INCLUDE torch/version.h
    HINTS ${DGX_TORCH_INCLUDE}/torch/csrc/api/include NO_DEFAULT_PATH)
  set(required DGX_TORCH_INCLUDE DGX_TORCH_API_INCLUDE)
  foreach(library torch_cpu c10)
    find_library(DGX_LIB_${library} ${library})
    list(APPEND required DGX_LIB_${library})
  endforeach()
  find_library(DGX_LIB_torch_cuda torch_cuda)

  set(DGX_TORCH TRUE)
  foreach(variable ${required})
    if(NOT ${variable})
      set(DGX_TORCH FALSE)
    endif()
  endforeach()
  if(NOT DGX_TORCH AND NOT DGX_WITH_TORCH STREQUAL "AUTO")
    message(FATAL_ERROR "DGX_WITH_TORCH is ON, but no libtorch was found: install libtorch-dev, "
      "name another in CMAKE_PREFIX_PATH, or set DGX_WITH_TORCH=OFF")
  endif()
endif()

if(DGX_TORCH)
  add_library(dgx_torch INTERFACE)
  # Each operator from a header of its own, and of these headers only line numbers: both so that
  # a file compiles in seconds.
  target_compile_definitions(dgx_torch INTERFACE AT_PER_OPERATOR_HEADERS)
  target_compile_options(dgx_torch INTERFACE -g1)
  # at::parallel_for is written in its headers, and uses one thread where OpenMP is not asked for.
  target_compile_options(dgx_torch INTERFACE -fopenmp)
  target_link_options(dgx_torch INTERFACE -fopenmp)
  # SYSTEM: its warnings are not ours.
  target_include_directories(dgx_torch SYSTEM INTERFACE
    ${DGX_TORCH_INCLUDE} ${DGX_TORCH_API_INCLUDE})
  target_link_libraries(dgx_torch INTERFACE ${DGX_LIB_torch_cpu} ${DGX_LIB_c10})
  if(DGX_LIB_torch_cuda)
    # It registers its kernels when it is loaded; nothing refers to it by name.
    target_link_options(dgx_torch INTERFACE
      "LINKER:--push-state,--no-as-needed,${DGX_LIB_torch_cuda},--pop-state")
  endif()
  message(STATUS "MusicGen: built with ${DGX_LIB_torch_cpu}")
else()
  message(STATUS "MusicGen: not built (libtorch was not found, or DGX_WITH_TORCH is OFF)")
endif()
