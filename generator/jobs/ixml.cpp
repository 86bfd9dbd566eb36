// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/ixml.hpp"

#include "generator/base/utf8.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::jobs {
namespace {

// XML 1.0 allows tab, newline, carriage return and everything from U+0020 but surrogates and the
// last two code points of the basic plane.
bool xml_can_hold(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
}

std::string escaped(std::string_view text) {
  std::string xml;
  for (std::size_t position = 0; position < text.size();) {
    const auto code_point = next_code_point(text, position);
    if (!code_point) ++position;
    if (!code_point || !xml_can_hold(*code_point)) {
      xml += "\xEF\xBF\xBD";  // U+FFFD, the replacement character
      continue;
    }
    switch (*code_point) {
      case U'&':
        xml += "&amp;";
        break;
      case U'<':
        xml += "&lt;";
        break;
      case U'>':
        xml += "&gt;";
        break;
      case U'"':
        xml += "&quot;";
        break;
      default:
        append_utf8(xml, *code_point);
    }
  }
  return xml;
}

std::string element(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + escaped(text) + "</" + tag + ">";
}

}  // namespace

std::string ixml_of(const protocol::Receipt& receipt, std::string_view take_name,
                    std::string_view receipt_json) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BWFXML>";
  xml += element("IXML_VERSION", "2.10");
  xml += element("PROJECT", "DGX Music");
  xml += element("TAPE", receipt.model.id);
  xml += element("TAKE", take_name);
  xml += element("NOTE", receipt.model.notice);
  if (receipt.tempo.bpm) {
    xml += "<TEMPO>" + element("BPM", protocol::number_text(*receipt.tempo.bpm)) +
           element("TIME_SIGNATURE", receipt.tempo.time_signature) + "</TEMPO>";
  }
  if (!receipt_json.empty()) {
    xml += "<USER>" + element("DGX_MUSIC_RECEIPT", receipt_json) + "</USER>";
  }
  return xml + "</BWFXML>\n";
}

}  // namespace dgx::jobs
