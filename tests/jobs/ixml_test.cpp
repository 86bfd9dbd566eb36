// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/ixml.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temp_dir.hpp"

#include <fstream>

namespace {

dgx::protocol::Receipt hostile_receipt() {
  dgx::protocol::Receipt receipt;
  receipt.model.id = "sketch";
  receipt.model.notice = "a < b && c > \"d\"";
  receipt.tempo.bpm = 84.5;
  receipt.tempo.time_signature = "6/8";
  return receipt;
}

}  // namespace

TEST_CASE("iXML escapes all that XML would read as its own", "[jobs]") {
  const std::string xml = dgx::jobs::ixml_of(hostile_receipt(), "</TAKE>", "{\"prompt\":\"<&>\"}");
  CHECK(xml.find("<NOTE>a &lt; b &amp;&amp; c &gt; &quot;d&quot;</NOTE>") != std::string::npos);
  CHECK(xml.find("<TAKE>&lt;/TAKE&gt;</TAKE>") != std::string::npos);
  CHECK(xml.find("<BPM>84.5</BPM>") != std::string::npos);
  CHECK(xml.find("{&quot;prompt&quot;:&quot;&lt;&amp;&gt;&quot;}") != std::string::npos);
}

TEST_CASE("Characters that XML cannot hold are replaced, and a parser agrees", "[jobs]") {
  const std::string name = std::string("\x01") + "\x1b" + "\xEF\xBF\xBE" + "\xFF" + "ok 世界";
  const std::string xml = dgx::jobs::ixml_of(hostile_receipt(), name, "");
  CHECK(xml.find("\x1b") == std::string::npos);
  CHECK(xml.find("ok 世界") != std::string::npos);
  const dgx::test::TempDir temp;
  std::ofstream(temp / "take.xml") << xml;
  const auto judged = dgx::test::run_command(
      "python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' " +
      (temp / "take.xml").string());
  CHECK(judged.exit_code == 0);
}
