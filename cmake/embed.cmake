# SPDX-License-Identifier: Apache-2.0
# dgx_embed(NAME FILE): makes NAME.cpp in the current build folder, with FILE's bytes as
# `const unsigned char NAME[]` and their count as `NAME_size`. The assembler reads the file, so that
# a font costs no time to compile.
function(dgx_embed name file)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp @ONLY CONTENT
    "#include <cstddef>
extern const unsigned char ${name}[];
extern const std::size_t ${name}_size;
asm(\".pushsection .rodata\\n\"
    \".balign 16\\n\"
    \".global ${name}\\n.hidden ${name}\\n\"
    \"${name}: .incbin \\\"${file}\\\"\\n\"
    \"${name}_end:\\n\"
    \".balign 8\\n\"
    \".global ${name}_size\\n.hidden ${name}_size\\n\"
    \"${name}_size: .quad ${name}_end - ${name}\\n\"
    \".popsection\\n\");
")
  set_property(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp PROPERTY OBJECT_DEPENDS ${file})
endfunction()
