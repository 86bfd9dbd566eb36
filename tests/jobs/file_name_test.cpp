// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/file_name.hpp"

#include "generator/base/directory.hpp"
#include "tests/support/catch.hpp"

using dgx::jobs::take_file_name;

TEST_CASE("A file's name says what the take is", "[jobs]") {
  CHECK(take_file_name({"lofi", "rhodes"}, 84.0, "Cm", "01ARZ3NDEKTSV4RRFFQ69GA3F9", 4) ==
        "lofi-rhodes-84-Cm-a3f9");
  CHECK(take_file_name({"dnb"}, 173.6, "F#m", "01ARZ3NDEKTSV4RRFFQ69GA3F9", 6) ==
        "dnb-174-F#m-9ga3f9");
  CHECK(take_file_name({}, {}, {}, "01ARZ3NDEKTSV4RRFFQ69GA3F9", 4) == "take-a3f9");
}

TEST_CASE("Whatever the engine says, the name is one safe component", "[jobs]") {
  for (const char* word : {"../../etc/passwd", "a/b", "..", "\x1b[2J", "\xFF\xFE", "con\n", "<>|",
                           "averyveryveryverylongwordindeed"}) {
    CAPTURE(word);
    const auto name = take_file_name({word, word, word, word}, 1e300, "../x", "../../../x", 26);
    CHECK(dgx::is_file_name(take_file_name({word}, 84, "Cm", "01ARZ3NDEKTSV4RRFFQ69GA3F9", 4)));
    CHECK(take_file_name({word, word, word, word}, {}, {}, "01ARZ3NDEKTSV4RRFFQ69GA3F9", 4).size() <
          64);
    CHECK(name.find("..") == name.find("../../../x"));  // Only a take id could bring dots, and
                                                        // ids are made by this program.
  }
}
