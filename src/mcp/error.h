// JSON-RPC errors of MCP (2026-07-28 basic, "Error Codes"; JSON-RPC 2.0 section 5.1).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "json/value.h"

namespace mcp {

namespace code {
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternal = -32603;
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingClientCapability = -32021;
inline constexpr int kUnsupportedVersion = -32022;
// Of the legacy wire only.
inline constexpr int kServerError = -32000;
inline constexpr int kSessionNotFound = -32001;
inline constexpr int kLegacyResourceNotFound = -32002;
}  // namespace code

struct RpcError {
  int code = code::kInternal;
  std::string message;
  std::optional<json::Value> data = std::nullopt;

  bool operator==(const RpcError&) const = default;
};

}  // namespace mcp
