// SPDX-License-Identifier: Apache-2.0
// Writes what api_request_fuzz starts from: every call once. Usage: api_request_corpus FOLDER
#include <filesystem>
#include <fstream>
#include <string>

#include "generator/protocol/api_calls.hpp"

namespace {

std::string body_of(std::string_view schema) {
  const std::string request =
      R"({"prompt":"lo-fi, dusty drums","bpm":84.5,"bars":8,"key":"F#m","time_signature":"6/8",)"
      R"("seed":7,"variations":2,"loop":true,"bit_depth":"24","output_dir":"/music"})";
  if (schema == "GenerationRequest") return request;
  if (schema == "Batch") return R"({"requests":[)" + request + "," + request + "]}";
  if (schema == "TakePatch") return R"({"name":"Intro","favourite":true})";
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int number = 0;
  for (const auto& call : dgx::protocol::kApiCalls) {
    std::ofstream file(std::filesystem::path(argv[1]) / std::to_string(number++));
    std::string target(call.path);
    for (const auto& field : call.query) {
      if (field.name.empty()) continue;
      target +=
          (target.find('?') == std::string::npos ? "?" : "&") + std::string(field.name) + "=1";
    }
    file << call.method << ' ' << target << "\n\n" << body_of(call.body);
    if (!file.flush()) return 1;
  }
  return 0;
}
