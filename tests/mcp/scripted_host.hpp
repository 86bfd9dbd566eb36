// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/mcp/mcp_server.hpp"

namespace dgx::test {

/// A host that remembers what was asked of it and answers what a test wants.
class ScriptedHost : public mcp::ToolHost {
 public:
  Result<std::string> generate(const protocol::GenerationRequest& request) override;
  Result<std::string> job(const std::string& job_id) override;
  Result<std::string> queue() override;
  Result<std::string> cancel(const std::string& job_id) override;
  Result<std::string> history(const protocol::McpHistoryArguments& arguments) override;
  Result<std::string> place(const protocol::InsertionRequest& request) override;
  Result<std::int64_t> jobs_waiting() override { return waiting; }

  std::vector<std::string> calls{};
  std::vector<protocol::GenerationRequest> requests{};
  Result<std::string> next_answer = std::string("{}");
  std::int64_t waiting = 0;
};

/// {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":...,"arguments":...}}
std::string tool_call(const std::string& name, const std::string& arguments);

extern const char* const kInitialize;

}  // namespace dgx::test
