// JSON-RPC 2.0 messages, decoded strictly and encoded as text on one line. What a sender spelt in a way that another
// reader might take differently ("Method", two ids) is refused, so that no proxy and no log sees another message than
// we do.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "json/parse.h"
#include "json/value.h"
#include "mcp/error.h"
#include "mcp/version.h"

namespace mcp {

// Never null, never fractional.
using Id = std::variant<int64_t, std::string>;
json::Value to_json(const Id& id);
// A whole number may be written as 1.0, which is an "integer" of JSON Schema, below 2^53, where each double stands for
// itself alone; it is given back as 1. Nothing for any other kind of value.
std::optional<Id> parse_id(const json::Value& value);

struct Call {
  Id id;
  std::string method;
  json::Object params;
};

struct Notification {
  std::string method;
  json::Object params;
};

struct Response {
  Id id;
  std::expected<json::Value, RpcError> outcome;
};

using Message = std::variant<Call, Notification, Response>;

// What to answer to bytes that are no message; without an id where none could be read.
struct Malformed {
  RpcError error;
  std::optional<Id> id = std::nullopt;
};

// A small text cannot become a large tree: one message with as many values as it may have takes less than 2 MiB. The
// largest that a client has reason to send has some hundreds.
inline constexpr json::Limits kMessageLimits{.values_max = 8192};

// -32700 when `text` is not JSON within the limits.
std::expected<json::Value, Malformed> parse_body(std::string_view text, const json::Limits& limits = kMessageLimits);
// One message, -32600 when it is none. Arrays are the caller's business.
std::expected<Message, Malformed> decode(json::Value value);

std::string encode_result(const Id& id, json::Object result);
// What stands in the place of an id that could not be read. The schemas of 2025-11-25 and 2026-07-28 let the member be
// left out and know no null there, and Streamable HTTP wants it so since 2025-03-26 ("a JSON-RPC error response that
// has no id"). The older schemas allow neither, so that on a line and in a batch of theirs JSON-RPC 2.0 decides
// (section 5: null).
enum class UnknownId : uint8_t { kLeftOut, kNull };
constexpr UnknownId unknown_id_of(Revision revision) {
  return revision < Revision::k2025_11_25 ? UnknownId::kNull : UnknownId::kLeftOut;
}
std::string encode_error(const std::optional<Id>& id, RpcError error, UnknownId unknown = UnknownId::kLeftOut);
std::string encode_notification(std::string_view method, json::Object params);
std::string encode_call(const Id& id, std::string_view method, json::Object params);
// Encoded responses as one array, which is how protocol 2025-03-26 answers a batch (basic, "Batching"). Empty ones are
// left out, and "" is the answer when nothing else is there.
std::string encode_batch(std::span<const std::string> responses);

// Writes a result member by member between two pieces of ready JSON text, so that what never changes is written once:
// {"jsonrpc":"2.0","id":...,"result":{<before><members><after>}}. `before` ends and `after` begins with a comma of its
// own where there are members between them.
std::string encode_result_with(const Id& id, std::string_view before, const json::Object& members,
                               std::string_view after);
// The same, where the members are text already.
std::string encode_result_with(const Id& id, std::string_view before, std::string_view members,
                               std::string_view after);

}  // namespace mcp
