# SPDX-License-Identifier: Apache-2.0
# Builds for Arm64 on another machine, with Debian's cross compiler; scripts/test --full runs the
# kernels' tests so, under qemu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
