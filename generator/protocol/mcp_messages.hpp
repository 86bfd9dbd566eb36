// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "generator/base/result.hpp"
#include "generator/protocol/insertion.hpp"
#include "generator/protocol/request.hpp"

// The Model Context Protocol as far as our server speaks it, one JSON-RPC 2.0 message a line.
// https://modelcontextprotocol.io/specification/2025-06-18
namespace dgx::protocol {

/// A request, or a notification where `id` is empty. `id` and `params` are JSON texts.
struct RpcRequest {
  std::string id{};
  std::string method{};
  std::string params = "{}";
};

/// Why a line gets no result. https://www.jsonrpc.org/specification#error_object
struct RpcFault {
  enum Code { kParse = -32700, kRequest = -32600, kMethod = -32601, kParams = -32602 };
  int code = kRequest;
  std::string message{};
  std::string id = "null";
};

/// An answer to something that was never asked; there is nothing to do about it.
struct RpcStray {};

using RpcLine = std::variant<RpcRequest, RpcFault, RpcStray>;
RpcLine decode_rpc(std::string_view line);
std::string encode_rpc_result(const RpcRequest& request, std::string_view result);
std::string encode(const RpcFault& fault);

/// The newest revision that we speak and the client asks for, else our newest.
std::string negotiated_mcp_revision(std::string_view params);
/// The result of `initialize`.
std::string encode_mcp_server(const std::string& revision, const std::string& version);

enum class McpTool { kGenerate, kStatus, kCancel, kHistory, kPlace };

/// The result of `tools/list`: every tool with the schema of its arguments. Those of `generate` are
/// rows of the parameter table; fields that name a path are not among them.
std::string encode_mcp_tools();

/// What a call of a tool asks for. Arguments are JSON text.
struct ToolCall {
  std::string name{};
  std::string arguments = "{}";
};
Result<ToolCall> decode_tool_call(std::string_view params);
std::optional<McpTool> parse_mcp_tool(std::string_view name);

/// Arguments of the tools; unknown ones are refused by name. A request is validated.
Result<GenerationRequest> decode_mcp_generate(std::string_view arguments);
/// The id of a job; empty where `status` asks for the whole queue.
Result<std::string> decode_mcp_job(std::string_view arguments, bool required);

struct McpHistoryArguments {
  std::string query{};
  bool favourites_only = false;
  std::int64_t page = 1;
  std::int64_t page_size = 20;  ///< 1 to 50
};
Result<McpHistoryArguments> decode_mcp_history(std::string_view arguments);
/// Which take goes where. The session is the one that is open: its folder would be a path.
Result<InsertionRequest> decode_mcp_place(std::string_view arguments);

/// The result of a tool call: `text` is an object in JSON.
std::string encode_tool_result(std::string_view text);
/// The result of a tool that failed: the model reads the sentence and may do better.
std::string encode_tool_failure(const Error& error);

}  // namespace dgx::protocol
