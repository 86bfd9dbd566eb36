// SPDX-License-Identifier: Apache-2.0
#include "tests/mcp/scripted_host.hpp"

namespace dgx::test {

const char* const kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
    R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})";

Result<std::string> ScriptedHost::generate(const protocol::GenerationRequest& request) {
  calls.emplace_back("generate");
  requests.push_back(request);
  return next_answer;
}

Result<std::string> ScriptedHost::job(const std::string& job_id) {
  calls.push_back("job " + job_id);
  return next_answer;
}

Result<std::string> ScriptedHost::queue() {
  calls.emplace_back("queue");
  return next_answer;
}

Result<std::string> ScriptedHost::cancel(const std::string& job_id) {
  calls.push_back("cancel " + job_id);
  return next_answer;
}

Result<std::string> ScriptedHost::history(const protocol::McpHistoryArguments& arguments) {
  calls.push_back("history " + arguments.query + " " + std::to_string(arguments.page) + " " +
                  std::to_string(arguments.page_size));
  return next_answer;
}

Result<std::string> ScriptedHost::place(const protocol::InsertionRequest& request) {
  calls.push_back("place " + request.take_id + " " + request.at + " " + request.track);
  return next_answer;
}

std::string tool_call(const std::string& name, const std::string& arguments) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + name +
         R"(","arguments":)" + arguments + "}}";
}

}  // namespace dgx::test
