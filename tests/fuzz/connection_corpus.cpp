// SPDX-License-Identifier: Apache-2.0
// Writes what connection_fuzz starts from: every call once, as over a Unix socket and over TCP, and
// the ways a request can be written. Usage: connection_corpus FOLDER
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "generator/protocol/api_calls.hpp"
#include "tests/fuzz/connection.hpp"

namespace {

constexpr char kPiece = 40;

std::string request(std::string_view method, std::string_view target, const std::string& body,
                    const std::string& headers = "Host: localhost\r\n") {
  std::string text = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n" + headers;
  if (!body.empty()) {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

std::vector<std::string> connections() {
  const std::string body = R"({"prompt":"lo-fi","bars":4})";
  const std::string over_tcp = "Host: 127.0.0.1:" + std::to_string(dgx::fuzz::kPort) +
                               "\r\nAuthorization: Bearer " + std::string(dgx::fuzz::kToken) +
                               "\r\n";
  const std::string get = request("GET", "/health", "");
  std::vector<std::string> all;
  for (const auto& call : dgx::protocol::kApiCalls) {
    const std::string sent = call.body.empty() ? "" : body;
    all.push_back(request(call.method, call.path, sent));
    all.push_back(request(call.method, call.path, sent, over_tcp));
  }
  all.push_back(get + request("POST", "/api/v1/generate", body) + get);
  all.push_back(
      "POST /api/v1/generate HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: "
      "application/json\r\n\r\n5;name=\"x\"\r\n{\"pro\r\nA\r\nmpt\":\"lo\"}\r\n0\r\n"
      "Trailer: x\r\n\r\n" +
      get);
  all.push_back(request("GET", "/api/v1/events", "", "Last-Event-ID: 7\r\nHost: x\r\n"));
  all.push_back(request("GET", "/api/v1/takes/0000/audio", "", "Range: bytes=0-99\r\n"));
  all.push_back(request("GET", "/api/v1/files/rain-a3f9.wav/", ""));
  all.push_back(request("GET", "/health", "", over_tcp + "Origin: http://localhost\r\n"));
  all.push_back(
      request("POST", "/api/v1/generate", body, "Expect: 100-continue\r\nConnection: close\r\n"));
  all.push_back("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get);
  all.push_back("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello");
  all.push_back("GET /%2e%2e/x?q=%00&page=-1 HTTP/1.1\r\nA:\r\n b\r\n\r\n");
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int number = 0;
  for (const std::string& bytes : connections()) {
    std::ofstream file(std::filesystem::path(argv[1]) / std::to_string(number++));
    file << kPiece << bytes;
    if (!file.flush()) return 1;
  }
  return 0;
}
