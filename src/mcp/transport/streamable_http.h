// Streamable HTTP (2026-07-28 and 2025-11-25 basic/transports) for both eras on one path: modern requests stand alone,
// legacy clients get a session. Every refusal is a JSON-RPC error with the status that the binding asks for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "json/parse.h"
#include "mcp/era.h"
#include "mcp/principal.h"
#include "mcp/server.h"
#include "mcp/transport/exchange.h"
#include "mcp/transport/http_checks.h"
#include "mcp/transport/http_sessions.h"
#include "mcp/transport/principal_loads.h"

namespace mcp {

// Who a request comes from. Without one, everyone who passes the checks of Host and Origin is the one Principal{}.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // The request outlives the task. kUnauthenticated becomes 401, kForbidden 403 (both with the challenge), kRateLimited
  // 429, kInvalidArgument 400, anything else 503. The error's `detail` is why, for the audit trail.
  virtual base::Task<base::Result<Principal>> authenticate(const http::Request& request) = 0;
};

enum class LegacyClients { kServed, kRefused };

struct StreamableHttpOptions {
  std::string path = "/mcp";
  // Names beyond the loopback under which clients reach this server, such as "mcp.example.com": the defence against DNS
  // rebinding.
  std::vector<std::string> allowed_hosts = {};
  // Web pages that may call, such as "https://app.example.com". Those of the loopback and of allowed_hosts may.
  std::vector<std::string> allowed_origins = {};
  // The WWW-Authenticate header of a refusal (RFC 6750 section 3), to which the error is added.
  std::string challenge = "Bearer";
  // What a principal needs for a call; a principal whose scopes are limited and lack one of them gets 403. Null:
  // nothing.
  std::function<std::vector<std::string>(const Call& call)> scopes_of = nullptr;
  json::Limits limits = kMessageLimits;
  LegacyClients legacy = LegacyClients::kServed;
  size_t sessions_max = 1000;
  // The idle session that was used least recently makes room for a new one. One with a call that runs or a stream that
  // is open is in use, and is not ended by somebody's fourth handshake: that one gets 429. The session of a client that
  // crashed is idle as soon as its connection has ended.
  size_t sessions_per_principal_max = 3;
  base::Duration session_idle_max = std::chrono::minutes(30);
  base::Duration session_life_max = std::chrono::hours(24);
  size_t calls_per_session_max = 64;
  // Of one principal, over all its sessions and connections: requests that run at once, and streams that stay open.
  // 429 beyond them; 0: any number.
  size_t requests_per_principal_max = 0;
  size_t streams_per_principal_max = 0;
  // A stream that stays open ends after so long, and its client may open another one.
  base::Duration stream_life_max = std::chrono::hours(1);
  // A comment keeps a quiet stream open.
  base::Duration keep_alive = std::chrono::seconds(15);
};

// It must outlive the tasks and the streams that it gave.
class StreamableHttp final : public http::Handler {
 public:
  // `authenticator` may be null. All must outlive the handler.
  StreamableHttp(Server& server, base::Random& random, Authenticator* authenticator, StreamableHttpOptions options);

  base::Task<http::Response> handle(http::Request request) override;

  // In the place of those of the options, from the next request on.
  void allow(std::vector<std::string> hosts, std::vector<std::string> origins) {
    options_.allowed_hosts = std::move(hosts);
    options_.allowed_origins = std::move(origins);
  }
  // From the next request on, in the place of those of the options.
  void limit(size_t requests_per_principal, size_t streams_per_principal, size_t sessions_per_principal) {
    loads_.set_limits({.requests = requests_per_principal, .streams = streams_per_principal});
    sessions_.limit_per_principal(sessions_per_principal);
  }
  // Ends every session, request and stream of a principal that may do nothing more. Gives their number.
  size_t end_principal(std::string_view id);
  // Ends the streams of GET, which would never end by themselves: before a stop. Server::close_listens() is for the
  // others.
  void close_listeners();
  // Of whom a session is open or something runs; each once.
  std::vector<std::string> principals() const;
  // For whoever administers the server.
  HttpSessions& sessions() { return sessions_; }

 private:
  struct Post;  // What is known of a POST beside its message.

  // `request` lives in the frame of handle(), which awaits all of these.
  struct HeadRefusal;
  std::optional<HeadRefusal> check_head(const http::Request& request) const;
  base::Task<void> tell(RefusedRequest request) const;
  base::Task<http::Response> refuse_head(HeadRefusal refusal, std::string peer) const;
  // Whose request it is, or the refusal. Takes the bearer out of it.
  base::Task<std::expected<Principal, http::Response>> log_in(http::Request& request) const;
  base::Task<http::Response> respond(const http::Request& request, Principal principal);
  base::Task<http::Response> post(const http::Request& request, const HttpView& view, Principal principal);
  bool judges_scope(const Principal& principal) const;
  // The 403 for a call that is beyond the principal's scopes, of which the auditor hears.
  base::Task<std::optional<http::Response>> refuse_scope(std::span<const Call* const> calls,
                                                         const Principal& principal);
  base::Task<http::Response> answer_modern(ModernCall modern, Principal principal);
  http::Response initialize(Initialize initialize, Principal principal);
  base::Task<http::Response> answer_legacy(Legacy legacy, Post post);
  base::Task<http::Response> answer_call(Call call, Post post);
  base::Task<http::Response> answer_batch(Legacy legacy, Post post);
  // Why this call of the session cannot begin now, or nothing.
  std::optional<Refusal> find_obstacle(HttpSession& session, const Id& id) const;
  void take(HttpSession& session, Message message);
  http::Response get(const http::Request& request, const Principal& principal);
  http::Response end_session(const http::Request& request, const Principal& principal);
  // The stream of GET, from the message after `after` on.
  http::Response listen(const std::shared_ptr<HttpSession>& session, std::optional<int64_t> after);
  http::Response resume(const std::shared_ptr<HttpSession>& session, std::string_view last_event_id);
  // The session that a request names, or the refusal.
  std::expected<std::shared_ptr<HttpSession>, http::Response> find_session(const http::Request& request,
                                                                           const Principal& principal);

  // A place for the call, or the refusal.
  std::expected<PrincipalLoads::Slot, http::Response> place_for(const Principal& principal, const Call& call);

  Server& server_;
  Authenticator* authenticator_;
  StreamableHttpOptions options_;
  PrincipalLoads loads_;
  HttpSessions sessions_;
};

}  // namespace mcp
