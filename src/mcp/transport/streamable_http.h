// Streamable HTTP (2026-07-28 and 2025-11-25 basic/transports) for both eras on one path: modern requests stand alone,
// legacy clients get a session. Every refusal is a JSON-RPC error with the status that the binding asks for.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "json/parse.h"
#include "mcp/era.h"
#include "mcp/principal.h"
#include "mcp/server.h"
#include "mcp/transport/exchange.h"
#include "mcp/transport/http_checks.h"
#include "mcp/transport/http_sessions.h"

namespace mcp::transport {

// Who sends this request? The request lives until the task has ended or was dropped. kUnauthenticated becomes 401,
// kForbidden 403 (both with the challenge), kRateLimited 429, anything else 503.
using Authenticate = std::function<base::Task<base::Result<Principal>>(const http::Request& request)>;

enum class LegacyClients { kServed, kRefused };

struct HttpOptions {
  std::string path = "/mcp";
  // Names beyond the loopback under which clients reach this server, such as "mcp.example.com".
  std::vector<std::string> allowed_hosts = {};
  // Web pages that may call, such as "https://app.example.com". Those of the loopback and of allowed_hosts may.
  std::vector<std::string> allowed_origins = {};
  LegacyClients legacy = LegacyClients::kServed;
  SessionLimits sessions = {};
  json::Limits body = {};
  base::Duration keep_alive = std::chrono::seconds(15);
  // Without it everybody is the one Principal{}.
  Authenticate authenticate = nullptr;
  // The WWW-Authenticate header of a refusal.
  std::string challenge = "Bearer";
};

// The server must outlive it, and it must outlive the tasks and the streams that it gave.
class StreamableHttp final : public http::Handler {
 public:
  StreamableHttp(Server& server, HttpOptions options);

  base::Task<http::Response> handle(http::Request request) override;

  size_t sessions() const { return sessions_.size(); }

 private:
  struct Post;  // What is known of a POST beside its message.

  std::optional<http::Response> check_head(const http::Request& request) const;
  base::Task<http::Response> respond(const http::Request& request, Principal principal);
  base::Task<http::Response> post(const http::Request& request, Principal principal);
  base::Task<http::Response> answer_modern(ModernCall modern, Principal principal, Accepts accepts);
  http::Response initialize(Initialize initialize, Principal principal);
  base::Task<http::Response> answer_legacy(Legacy legacy, Post post);
  base::Task<http::Response> answer_call(Call call, std::shared_ptr<HttpSession> session, Accepts accepts);
  base::Task<http::Response> answer_batch(std::vector<Message> messages, std::shared_ptr<HttpSession> session);
  void take(HttpSession& session, Message message);
  http::Response get(const http::Request& request, const Principal& principal);
  http::Response end_session(const http::Request& request, const Principal& principal);
  http::Response resume(const std::shared_ptr<HttpSession>& session, std::string_view last_event_id);
  // The session that a request names, or the refusal.
  std::expected<std::shared_ptr<HttpSession>, http::Response> find_session(const http::Request& request,
                                                                           const Principal& principal);

  Server& server_;
  HttpOptions options_;
  HttpSessions sessions_;
};

}  // namespace mcp::transport
