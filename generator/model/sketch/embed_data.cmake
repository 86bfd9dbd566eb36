# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=... -DVOCABULARY=... "-DGENRES=a.toml,b.toml" -P embed_data.cmake
# Writes the data files into one C++ source, in the order given.
function(literal file variable)
  file(READ ${file} text)
  set(${variable} "R\"toml(${text})toml\"" PARENT_SCOPE)
endfunction()

string(REPLACE "," ";" GENRES "${GENRES}")
set(rows "")
foreach(file IN LISTS GENRES)
  get_filename_component(name ${file} NAME)
  literal(${file} text)
  string(APPEND rows "    {\"${name}\", ${text}},\n")
endforeach()
literal(${VOCABULARY} text)
file(WRITE ${OUTPUT} "// Made by embed_data.cmake. Do not edit.
#include \"generator/model/sketch/embedded_data.hpp\"

#include <array>

namespace dgx::model::sketch {
namespace {
constexpr auto kGenres = std::to_array<EmbeddedFile>({
${rows}});
constexpr EmbeddedFile kVocabulary{\"vocabulary.toml\", ${text}};
}  // namespace

std::span<const EmbeddedFile> embedded_genres() { return kGenres; }
EmbeddedFile embedded_vocabulary() { return kVocabulary; }

}  // namespace dgx::model::sketch
")
