# SPDX-License-Identifier: Apache-2.0
# Every package of the distribution that the project links; scripts/setup installs them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto>=3.0)
pkg_check_modules(SOXR REQUIRED IMPORTED_TARGET soxr)
pkg_check_modules(EBUR128 REQUIRED IMPORTED_TARGET libebur128)
pkg_check_modules(FLUIDSYNTH REQUIRED IMPORTED_TARGET fluidsynth>=2.3)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive>=3.6)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece>=0.1.97)
find_package(CLI11 REQUIRED)
if(DGX_BUILD_PLUGIN)
  pkg_check_modules(LV2 REQUIRED IMPORTED_TARGET lv2>=1.18)
  find_path(DGX_DPF distrho/DistrhoPluginMain.cpp REQUIRED PATHS /usr/share/dpf
    DOC "Folder above distrho/ of DPF (package dpf-source)")
  find_path(DGX_IMGUI_DIR imgui/imgui.h REQUIRED
    DOC "Folder above imgui/imgui.h (package libimgui-dev)")
endif()
find_path(DGX_FONT_DIR Inter-Medium.otf REQUIRED
  PATHS /usr/share/fonts/opentype/inter /usr/local/share/fonts/opentype/inter
  DOC "Folder of Inter-Medium.otf and its sisters (package fonts-inter)")
if(DGX_BUILD_TESTS)
  pkg_check_modules(LILV REQUIRED IMPORTED_TARGET lilv-0>=0.24)
  pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile>=1.2)
endif()
