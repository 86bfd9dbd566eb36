// SPDX-License-Identifier: Apache-2.0
#include "generator/mcp/mcp_server.hpp"

#include <variant>

#include "generator/base/version.hpp"

namespace dgx::mcp {

using namespace protocol;

std::optional<std::string> McpServer::answer(std::string_view line) {
  const RpcLine decoded = decode_rpc(line);
  if (const auto* fault = std::get_if<RpcFault>(&decoded)) return encode(*fault);
  const auto* request = std::get_if<RpcRequest>(&decoded);
  // Notifications want no answer, and none of them changes anything here: a call is over before
  // its cancellation could be read.
  if (request == nullptr || request->id.empty()) return std::nullopt;
  std::string text = answer(*request);
  if (text.size() < limits_.answer_bytes) return text;
  const Error too_long{ErrorCode::kInvalidArgument,
                       "the answer would have " + std::to_string(text.size()) +
                           " bytes, and may have " + std::to_string(limits_.answer_bytes) +
                           "; ask for less"};
  return encode_rpc_result(*request, encode_tool_failure(too_long));
}

std::string McpServer::refuse_long_line() const {
  return encode(RpcFault{RpcFault::kRequest,
                         "a message may have " + std::to_string(limits_.line_bytes) + " bytes"});
}

std::string McpServer::answer(const RpcRequest& request) {
  if (request.method == "ping") return encode_rpc_result(request, "{}");
  if (request.method == "initialize") {
    initialized_ = true;
    return encode_rpc_result(request,
                             encode_mcp_server(negotiated_mcp_revision(request.params), kVersion));
  }
  if (!initialized_) {
    return encode(RpcFault{RpcFault::kRequest, "initialize comes first", request.id});
  }
  if (request.method == "tools/list") return encode_rpc_result(request, encode_mcp_tools());
  if (request.method == "tools/call") return call_tool(request);
  return encode(RpcFault{RpcFault::kMethod, "there is no method " + request.method, request.id});
}

std::string McpServer::call_tool(const RpcRequest& request) {
  const auto call = decode_tool_call(request.params);
  if (!call) return encode(RpcFault{RpcFault::kParams, call.error().message, request.id});
  const auto tool = parse_mcp_tool(call->name);
  if (!tool) {
    return encode(RpcFault{RpcFault::kParams, "there is no tool " + call->name, request.id});
  }
  const auto result = run_tool(*tool, call->arguments);
  return encode_rpc_result(
      request, result ? encode_tool_result(*result) : encode_tool_failure(result.error()));
}

Result<std::string> McpServer::run_tool(McpTool tool, const std::string& arguments) {
  switch (tool) {
    case McpTool::kGenerate:
      return generate(arguments);
    case McpTool::kStatus: {
      const auto job_id = decode_mcp_job(arguments, false);
      if (!job_id) return job_id.error();
      return job_id->empty() ? host_.queue() : host_.job(*job_id);
    }
    case McpTool::kCancel: {
      const auto job_id = decode_mcp_job(arguments, true);
      if (!job_id) return job_id.error();
      return host_.cancel(*job_id);
    }
    case McpTool::kHistory: {
      const auto wanted = decode_mcp_history(arguments);
      if (!wanted) return wanted.error();
      return host_.history(*wanted);
    }
    case McpTool::kPlace:
      return place(arguments);
  }
  return Error{ErrorCode::kInternal, "a tool without an answer"};
}

Result<std::string> McpServer::generate(const std::string& arguments) {
  const auto request = decode_mcp_generate(arguments);
  if (!request) return request.error();
  if (Status kept = keep(generating_); !kept) return kept.error();
  if (Status room = expect_room(); !room) return room.error();
  return host_.generate(*request);
}

Result<std::string> McpServer::place(const std::string& arguments) {
  const auto request = decode_mcp_place(arguments);
  if (!request) return request.error();
  if (Status kept = keep(placing_); !kept) return kept.error();
  return host_.place(*request);
}

Status McpServer::expect_room() const {
  const auto waiting = host_.jobs_waiting();
  if (!waiting) return waiting.error();
  if (*waiting < limits_.jobs_waiting) return ok();
  return Error{ErrorCode::kUnavailable,
               std::to_string(*waiting) + " jobs wait already, and generate may add to " +
                   std::to_string(limits_.jobs_waiting) + "; wait until some are done"};
}

Status McpServer::keep(Pace& pace) const {
  const auto now = clock_();
  while (!pace.calls.empty() && now - pace.calls.front() >= std::chrono::minutes(1)) {
    pace.calls.pop_front();
  }
  if (pace.calls.size() >= pace.most) {
    return Error{ErrorCode::kUnavailable, std::string(pace.tool) + " may be called " +
                                              std::to_string(pace.most) +
                                              " times a minute; wait and try again"};
  }
  pace.calls.push_back(now);
  return ok();
}

}  // namespace dgx::mcp
