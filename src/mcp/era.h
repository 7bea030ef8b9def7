// Which era a message belongs to, decided once and from the body first; and every check of a modern request that needs
// no look at what the server offers (2026-07-28 basic/transports, "Header Validation" and "Request Metadata"; the order
// is that of the official SDKs). Pure functions: the transports act on what they say.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http/message.h"
#include "json/value.h"
#include "mcp/context.h"
#include "mcp/message.h"
#include "mcp/version.h"

namespace mcp {

// What a modern request says of itself in params._meta.
struct Envelope {
  std::string version;
  json::Object client_capabilities;
  std::optional<Severity> log_level = std::nullopt;
  std::optional<json::Value> progress_token = std::nullopt;
};

// The head of an HTTP request as far as MCP looks at it. Views into the request.
struct HttpView {
  http::Method method = http::Method::kPost;
  std::optional<std::string_view> version;     // MCP-Protocol-Version
  std::optional<std::string_view> rpc_method;  // Mcp-Method
  std::optional<std::string_view> name;        // Mcp-Name
  // The first of these that comes twice: two readers may then see two requests.
  std::optional<std::string_view> repeated = std::nullopt;
};
HttpView view_of(const http::Request& request);

struct ModernCall {
  Call call;
  Envelope envelope;
};
struct ModernNotification {
  Notification notification;
};
struct Initialize {
  Call call;
};
enum class Batch { kNo, kYes };
struct Legacy {
  std::vector<Message> messages;
  Batch batch = Batch::kNo;
  std::vector<Malformed> malformed = {};  // Of a batch: each is answered with its error, beside the answers.
};
// GET and DELETE, which only the legacy era knows.
struct OpenStream {};
struct EndSession {};
struct Refusal {
  int http_status;
  RpcError error;
  std::optional<Id> id = std::nullopt;
};
using Classified =
    std::variant<ModernCall, ModernNotification, Initialize, Legacy, OpenStream, EndSession, Refusal>;

// GET, DELETE or a refusal, before any body is read; nothing for POST.
std::optional<Classified> classify_method(const HttpView& http);
// A POST with this body.
Classified classify(const HttpView& http, json::Value body);
// A line of stdio, where there are no headers.
Classified classify_line(json::Value body);

// The checks of a modern request after its classification: version supported (-32022), headers present and equal
// (-32020). Nothing when all is well. `http` is null on stdio.
std::optional<Refusal> find_refusal(const HttpView* http, const ModernCall& modern);

// The text of a header that may be written as =?base64?...?=; nothing when it says so but is not that.
std::optional<std::string> decode_header_text(std::string_view value);

RpcError unsupported_version(std::string_view requested);
RpcError header_mismatch(std::string_view header_name, std::optional<std::string_view> header, std::string_view body);

}  // namespace mcp
