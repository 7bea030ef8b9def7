#include "mcp/transport/streamable_http.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <utility>

#include "base/text.h"
#include "http/url.h"

namespace mcp {
namespace {

constexpr std::string_view kSessionHeader = "Mcp-Session-Id";
constexpr std::string_view kVersionHeader = "MCP-Protocol-Version";

http::Response json_response(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(text);
  return response;
}

http::Response refuse(int status, RpcError error, const std::optional<Id>& id = std::nullopt) {
  return json_response(status, encode_error(id, std::move(error)));
}

http::Response refuse(int status, std::string message) {
  return refuse(status, RpcError{code::kServerError, std::move(message)});
}

http::Response refuse(const Refusal& refusal) { return refuse(refusal.http_status, refusal.error, refusal.id); }

constexpr std::chrono::seconds kComeBack{1};

http::Response too_many(std::string message, const std::optional<Id>& id) {
  auto response = refuse(429, RpcError{code::kServerError, std::move(message)}, id);
  response.headers.add("Retry-After", std::to_string(kComeBack.count()));
  return response;
}

base::Task<http::Response> responded(http::Response response) { co_return response; }

// Of which answers the auditor hears, and how: too much of something, or no message of the protocol.
bool is_told(int status) { return status == 429 || status == 400 || status == 406 || status == 415; }
RefusedRequest refused_with(int status, Principal principal) {
  using Why = RefusedRequest::Why;
  if (status == 429) return {Why::kTooMany, base::Code::kRateLimited, std::move(principal.source), {}};
  std::string source = principal.source;
  return {Why::kMalformed, base::Code::kInvalidArgument, std::move(source), {}, {}, std::move(principal)};
}

http::Response accepted() {
  http::Response response;
  response.status = 202;
  return response;
}

http::Response not_allowed(std::string allow) {
  auto response = refuse(405, "This method is not used here. Send messages with POST.");
  response.headers.add("Allow", std::move(allow));
  return response;
}

// What stands between a challenge and one more parameter of it.
std::string with_parameter(std::string_view challenge, std::string_view parameter) {
  return fmt::format("{}{}", challenge.contains('=') ? ", " : " ", parameter);
}

// Which status tells of a failed login. `challenge` goes with those that a new token may mend.
http::Response refuse_login(const base::Error& error, std::string challenge, bool tried) {
  switch (error.code) {
    case base::Code::kUnauthenticated:
    case base::Code::kForbidden: {
      auto response = refuse(error.code == base::Code::kForbidden ? 403 : 401, error.message);
      // A request that brought nothing is told what to bring, and no error (RFC 6750 section 3.1).
      const bool wrong = tried && error.code == base::Code::kUnauthenticated;
      if (wrong) challenge += with_parameter(challenge, "error=\"invalid_token\"");
      response.headers.add("WWW-Authenticate", std::move(challenge));
      return response;
    }
    case base::Code::kRateLimited: {
      auto response = refuse(429, error.message);
      if (error.retry_after) response.headers.add("Retry-After", std::to_string(error.retry_after->count()));
      return response;
    }
    case base::Code::kInvalidArgument: return refuse(400, error.message);
    case base::Code::kNotFound:
    case base::Code::kConflict:
    case base::Code::kUpstream:
    case base::Code::kUnavailable:
    case base::Code::kDeadline:
    case base::Code::kCancelled:
    case base::Code::kInternal: break;
  }
  return refuse(503, error.message);
}

http::Response reply_response(std::optional<Reply> reply) {
  // A cancelled request has no response; the client has stopped waiting for one.
  if (!reply) return accepted();
  return json_response(reply->http_status, std::move(reply->text));
}

constexpr std::string_view kTooManyStreams =
    "Too many streams of this client are open. Close one, or wait until one has ended.";

// The stream of a GET, for as long as its client reads.
struct Listening {
  Listening(base::Loop& loop, std::shared_ptr<HttpSession> of, PrincipalLoads::Slot place, base::Duration life)
      : session(std::move(of)),
        reader(session->open_listener()),
        slot(std::move(place)),
        end(loop, loop.now() + life, [this] { session->send_listener_away(reader); }) {}
  ~Listening() { session->close_listener(reader); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  std::shared_ptr<HttpSession> session;
  uint64_t reader;
  PrincipalLoads::Slot slot;
  base::Timer end;
};

// The stream of a call that its client has come back for, as long as that one reads.
struct Resumed {
  std::shared_ptr<Exchange> exchange;
  PrincipalLoads::Slot slot;
};

}  // namespace

struct StreamableHttp::Post {
  std::shared_ptr<HttpSession> session;
  Principal principal;  // As this request has shown it: what it may, and where it comes from, may change in a session.
};

StreamableHttp::StreamableHttp(Server& server, base::Random& random, Authenticator* authenticator,
                               StreamableHttpOptions options)
    : server_(server),
      authenticator_(authenticator),
      options_(std::move(options)),
      loads_({.requests = options_.requests_per_principal_max, .streams = options_.streams_per_principal_max}),
      sessions_(server.loop(), random,
                {.sessions_max = options_.sessions_max,
                 .sessions_per_principal_max = options_.sessions_per_principal_max,
                 .idle_max = options_.session_idle_max,
                 .life_max = options_.session_life_max}) {}

// What is wrong with the head of a request, and the field that the auditor hears of.
struct StreamableHttp::HeadRefusal {
  http::Response response;
  std::optional<RefusedRequest::Why> why = std::nullopt;
  std::string value = {};
};

base::Task<http::Response> StreamableHttp::handle(http::Request request) {
  if (auto refusal = check_head(request)) {
    auto refusing = refuse_head(*std::move(refusal), request.peer);
    co_return co_await std::move(refusing);
  }
  Principal principal;
  if (authenticator_ != nullptr) {
    auto login = log_in(request);
    auto known = co_await std::move(login);
    if (!known) co_return std::move(known).error();
    principal = *std::move(known);
  }
  principal.source = request.peer;
  const auto session = request.headers.find(kSessionHeader);
  if (session && sessions_.is_foreign(base::trim(*session), principal)) {
    auto telling = tell({RefusedRequest::Why::kSession, base::Code::kNotFound, request.peer,
                         std::string(base::trim(*session)), {}, principal});
    co_await std::move(telling);
  }
  auto responding = respond(request, principal);
  http::Response response = co_await std::move(responding);
  if (is_told(response.status)) {
    auto telling = tell(refused_with(response.status, std::move(principal)));
    co_await std::move(telling);
  }
  co_return response;
}

base::Task<http::Response> StreamableHttp::refuse_head(HeadRefusal refusal, std::string peer) const {
  if (refusal.why) {
    RefusedRequest refused{*refusal.why, base::Code::kForbidden, std::move(peer), std::move(refusal.value)};
    co_await tell(std::move(refused));
  }
  co_return std::move(refusal.response);
}

base::Task<std::expected<Principal, http::Response>> StreamableHttp::log_in(http::Request& request) const {
  using Why = RefusedRequest::Why;
  auto login = authenticator_->authenticate(request);
  auto known = co_await std::move(login);
  const bool tried = !request.authorization.empty();
  request.authorization = base::Secret();  // Nobody else has a use for it.
  if (known) co_return *std::move(known);
  const base::Code code = known.error().code;
  const bool judged = code == base::Code::kUnauthenticated || code == base::Code::kForbidden;
  RefusedRequest refused{code == base::Code::kRateLimited ? Why::kTooMany : Why::kLogin, code, request.peer, {},
                         judged ? known.error().detail : std::string()};
  co_await tell(std::move(refused));
  co_return std::unexpected(refuse_login(known.error(), options_.challenge, tried));
}

base::Task<void> StreamableHttp::tell(RefusedRequest request) const {
  if (server_.auditor() != nullptr) co_await server_.auditor()->refused(std::move(request));
}

std::optional<StreamableHttp::HeadRefusal> StreamableHttp::check_head(const http::Request& request) const {
  using Why = RefusedRequest::Why;
  if (http::split_target(request.target).path != options_.path) {
    return HeadRefusal{refuse(404, "There is nothing here. The MCP endpoint is " + options_.path + ".")};
  }
  // Two of them are none: who checks the first may not be who uses the second.
  const auto host = request.headers.count("Host") == 1 ? request.headers.find("Host") : std::nullopt;
  if (!is_allowed_host(host, options_.allowed_hosts)) {
    return HeadRefusal{
        refuse(403, "This server is not reached by that Host. Add the name to the allowed hosts, if it is yours."),
        Why::kHost, std::string(host.value_or(""))};
  }
  const auto origin = request.headers.find("Origin");
  if (request.headers.count("Origin") > 1 ||
      !is_allowed_origin(origin, options_.allowed_hosts, options_.allowed_origins)) {
    return HeadRefusal{
        refuse(403, "That Origin may not call this server. Add it to the allowed origins, if it is yours."),
        Why::kOrigin, std::string(origin.value_or(""))};
  }
  return std::nullopt;
}

// Plain functions down to the one that answers: its frame is the only one.
base::Task<http::Response> StreamableHttp::respond(const http::Request& request, Principal principal) {
  const bool legacy = options_.legacy == LegacyClients::kServed;
  const HttpView view = view_of(request);
  const auto early = classify_method(view);
  if (!early) return post(request, view, std::move(principal));
  if (legacy && std::holds_alternative<OpenStream>(*early)) return responded(get(request, principal));
  if (legacy && std::holds_alternative<EndSession>(*early)) return responded(end_session(request, principal));
  return responded(not_allowed(legacy ? "POST, GET, DELETE" : "POST"));
}

base::Task<http::Response> StreamableHttp::post(const http::Request& request, const HttpView& view,
                                                Principal principal) {
  const auto refused = [](auto... why) { return responded(refuse(std::move(why)...)); };
  if (!is_json(request.headers)) return refused(415, "Send JSON in UTF-8: Content-Type: application/json.");
  // Every revision wants both of its client, so that the server may choose for each answer.
  const Accepts accepts = read_accept(request.headers);
  if (!accepts.json || !accepts.event_stream) {
    return refused(406, "Accept both: Accept: application/json, text/event-stream.");
  }
  if (request.body.size() > options_.limits.bytes_max) {
    return refused(413, fmt::format("The body is larger than {} bytes.", options_.limits.bytes_max));
  }
  auto body = parse_body(request.body, options_.limits);
  if (!body) return refused(400, std::move(body).error().error);
  Classified classified = classify(view, *std::move(body));
  if (auto* modern = std::get_if<ModernCall>(&classified)) {
    if (const auto refusal = find_refusal(&view, *modern)) return refused(*refusal);
    if (auto error = server_.find_header_error(modern->call, principal, request.headers)) {
      return refused(400, *std::move(error), std::optional(modern->call.id));
    }
    return answer_modern(std::move(*modern), std::move(principal));
  }
  if (std::holds_alternative<ModernNotification>(classified)) return responded(accepted());
  if (const auto* refusal = std::get_if<Refusal>(&classified)) return refused(*refusal);
  if (options_.legacy == LegacyClients::kRefused) {
    return refused(400, unsupported_version("(none)"));
  }
  if (auto* opening = std::get_if<Initialize>(&classified)) {
    const auto id = request.headers.find(kSessionHeader);
    if (id && sessions_.find(base::trim(*id), principal) != nullptr) {
      return refused(400,
                     RpcError{code::kInvalidRequest,
                              "This session is initialized already. Leave Mcp-Session-Id out for a new one."},
                     std::optional(opening->call.id));
    }
    return responded(initialize(std::move(*opening), std::move(principal)));
  }
  auto session = find_session(request, principal);
  if (!session) return responded(std::move(session).error());
  return answer_legacy(std::move(std::get<Legacy>(classified)), {*std::move(session), std::move(principal)});
}

bool StreamableHttp::judges_scope(const Principal& principal) const {
  return options_.scopes_of && principal.scopes.has_value();
}

base::Task<std::optional<http::Response>> StreamableHttp::refuse_scope(std::span<const Call* const> calls,
                                                                       const Principal& principal) {
  for (const Call* call : calls) {
    const std::vector<std::string> needed = options_.scopes_of(*call);
    const auto missing = std::ranges::find_if(needed, [&](const auto& each) { return !principal.has_scope(each); });
    if (missing == needed.end()) continue;
    RefusedRequest refused{RefusedRequest::Why::kScope, base::Code::kForbidden, principal.source, {},
                           fmt::format("lacks {}", *missing), principal};
    co_await tell(std::move(refused));
    auto response = refuse(403, {code::kServerError, fmt::format("This needs the scope {}.", fmt::join(needed, " "))},
                           call->id);
    // All that the operation needs, so that a client can ask for it at once (MCP authorization, "Scope Challenge").
    const std::string parameters = fmt::format("error=\"insufficient_scope\", scope=\"{}\"", fmt::join(needed, " "));
    response.headers.add("WWW-Authenticate", options_.challenge + with_parameter(options_.challenge, parameters));
    co_return response;
  }
  co_return std::nullopt;
}

base::Task<http::Response> StreamableHttp::answer_modern(ModernCall modern, Principal principal) {
  if (judges_scope(principal)) {
    const Call* const asked[] = {&modern.call};
    auto judging = refuse_scope(asked, principal);
    if (auto refusal = co_await std::move(judging)) co_return *std::move(refusal);
  }
  auto slot = place_for(principal, modern.call);
  if (!slot) co_return std::move(slot).error();
  const Id id = modern.call.id;
  auto exchange = std::make_shared<Exchange>(server_.loop(), Exchange::Stream::kIfNeeded, Outbox::Keep::kNo);
  slot->belongs_to(exchange);
  exchange->start(server_.handle(Incoming::modern(std::move(modern), std::move(principal), exchange.get())),
                  *std::move(slot));
  if (!exchange->is_settled()) co_await exchange->settle();
  if (!exchange->is_stream()) {
    auto reply = exchange->take_reply();
    if (!reply) {
      co_return refuse(401, RpcError{code::kServerError, "What this request came with was revoked while it ran."}, id);
    }
    co_return reply_response(std::move(reply));
  }
  // The stream owns the exchange: a client that closes it cancels the request.
  Outbox& outbox = exchange->outbox();
  StreamStyle style{.keep_alive = options_.keep_alive};
  co_return stream_response(stream_body(server_.loop(), std::move(exchange), outbox, std::move(style), 0));
}

http::Response StreamableHttp::initialize(Initialize initialize, Principal principal) {
  auto opened = server_.open_session(initialize.call, std::move(principal));
  if (!opened) return refuse(200, std::move(opened).error(), initialize.call.id);
  auto session = sessions_.open(std::move(opened->session));
  if (!session) return refuse(429, RpcError{code::kServerError, session.error().message}, initialize.call.id);
  auto response = json_response(200, encode_result(initialize.call.id, std::move(opened->result)));
  response.headers.add(kSessionHeader, (*session)->id());
  return response;
}

base::Task<http::Response> StreamableHttp::answer_legacy(Legacy legacy, Post post) {
  if (judges_scope(post.principal)) {
    std::vector<const Call*> asked;
    for (const Message& message : legacy.messages) {
      if (const auto* call = std::get_if<Call>(&message)) asked.push_back(call);
    }
    auto judging = refuse_scope(asked, post.principal);
    if (auto refusal = co_await std::move(judging)) co_return *std::move(refusal);
  }
  if (legacy.batch == Batch::kYes) {
    auto answering = answer_batch(std::move(legacy), std::move(post));
    co_return co_await std::move(answering);
  }
  Message& message = legacy.messages.front();
  if (auto* call = std::get_if<Call>(&message)) {
    auto answering = answer_call(std::move(*call), std::move(post));
    co_return co_await std::move(answering);
  }
  take(*post.session, std::move(message));
  co_return accepted();
}

base::Task<http::Response> StreamableHttp::answer_call(Call call, Post post) {
  const Id id = call.id;
  const auto session = std::move(post.session);
  if (const auto obstacle = find_obstacle(*session, id)) co_return refuse(*obstacle);
  auto slot = place_for(post.principal, call);
  if (!slot) co_return std::move(slot).error();
  auto exchange = std::make_shared<Exchange>(server_.loop(), Exchange::Stream::kIfNeeded, Outbox::Keep::kYes);
  // The session keeps it: a client that loses its connection has not cancelled.
  StreamStyle style{.id = session->keep(id, exchange),
                    .primes = session->session()->revision() >= Revision::k2025_11_25,
                    .keep_alive = options_.keep_alive};
  Incoming incoming =
      Incoming::legacy(std::move(call), std::move(post.principal), session->session(), exchange.get());
  exchange->start(server_.handle(std::move(incoming)), *std::move(slot));
  if (!exchange->is_settled()) co_await exchange->settle();
  session->touch();
  if (!exchange->is_stream()) co_return reply_response(exchange->take_reply());
  Outbox& outbox = exchange->outbox();
  co_return stream_response(stream_body(server_.loop(), std::move(exchange), outbox, std::move(style), 0));
}

base::Task<http::Response> StreamableHttp::answer_batch(Legacy legacy, Post post) {
  const auto session = std::move(post.session);
  if (session->session()->revision() != Revision::k2025_03_26) {
    co_return refuse(400, RpcError{code::kInvalidRequest,
                                   "Only protocol 2025-03-26 has batches. Send each message by itself."});
  }
  // Each call is an exchange of the session, as one that came alone would be: it can be cancelled, and it counts. They
  // have no stream, so they carry no notifications and cannot ask the client.
  std::vector<std::string> replies;
  const UnknownId unknown = unknown_id_of(session->session()->revision());
  for (Malformed& each : legacy.malformed) replies.push_back(encode_error(each.id, std::move(each.error), unknown));
  std::vector<std::pair<size_t, std::shared_ptr<Exchange>>> running;
  for (Message& message : legacy.messages) {
    auto* call = std::get_if<Call>(&message);
    if (call == nullptr) {
      take(*session, std::move(message));
      continue;
    }
    replies.emplace_back();
    if (auto obstacle = find_obstacle(*session, call->id)) {
      replies.back() = encode_error(obstacle->id, std::move(obstacle->error));
      continue;
    }
    auto slot = place_for(post.principal, *call);
    if (!slot) {
      replies.back() = std::move(slot).error().body;
      continue;
    }
    auto exchange = std::make_shared<Exchange>(server_.loop(), Exchange::Stream::kNever, Outbox::Keep::kNo);
    session->keep(call->id, exchange);
    running.emplace_back(replies.size() - 1, exchange);
    Incoming incoming = Incoming::legacy(std::move(*call), post.principal, session->session(), exchange.get());
    exchange->start(server_.handle(std::move(incoming)), *std::move(slot));
  }
  for (const auto& [place, exchange] : running) {
    co_await exchange->settle();
    if (auto reply = exchange->take_reply()) replies[place] = std::move(reply->text);
  }
  session->touch();
  std::string text = encode_batch(replies);
  if (text.empty()) co_return accepted();
  co_return json_response(200, std::move(text));
}

std::optional<Refusal> StreamableHttp::find_obstacle(HttpSession& session, const Id& id) const {
  if (session.is_running(id)) {
    return Refusal{
        400, {code::kInvalidRequest, "A request with this id still runs. Give each request its own id."}, id};
  }
  if (session.running() >= options_.calls_per_session_max) {
    return Refusal{429, {code::kServerError, "Too many requests of this session run. Wait for some."}, id};
  }
  return std::nullopt;
}

std::expected<PrincipalLoads::Slot, http::Response> StreamableHttp::place_for(const Principal& principal,
                                                                              const Call& call) {
  const bool listens = call.method == "subscriptions/listen";
  auto slot = loads_.enter(principal.id, listens ? PrincipalLoads::Kind::kStream : PrincipalLoads::Kind::kRequest);
  if (slot) return *std::move(slot);
  return std::unexpected(
      too_many(listens ? std::string(kTooManyStreams)
                       : "Too many requests of this client run. Wait for some, then send this one again.",
               call.id));
}

void StreamableHttp::close_listeners() { sessions_.close_listeners(); }

size_t StreamableHttp::end_principal(std::string_view id) { return sessions_.end_all_of(id) + loads_.end(id); }

std::vector<std::string> StreamableHttp::principals() const {
  std::set<std::string> all;
  for (std::string& each : loads_.busy()) all.insert(std::move(each));
  for (const auto& session : sessions_.list()) all.insert(session->session()->principal().id);
  return {all.begin(), all.end()};
}

void StreamableHttp::take(HttpSession& session, Message message) {
  if (auto* response = std::get_if<Response>(&message)) return session.session()->answer(std::move(*response));
  const auto& notification = std::get<Notification>(message);
  if (notification.method != "notifications/cancelled") return;
  const json::Value* raw = notification.params.find("requestId");
  const auto id = raw == nullptr ? std::nullopt : parse_id(*raw);
  if (id) session.cancel(*id);
}

http::Response StreamableHttp::get(const http::Request& request, const Principal& principal) {
  if (!read_accept(request.headers).event_stream) return refuse(406, "Accept text/event-stream.");
  auto session = find_session(request, principal);
  if (!session) return std::move(session).error();
  if (const auto last = request.headers.find("Last-Event-ID")) return resume(*session, base::trim(*last));
  if ((*session)->listens()) {
    return refuse(409, "This session has a stream for notifications already. Close it first, or go on with it by its "
                       "Last-Event-ID.");
  }
  return listen(*session, std::nullopt);
}

http::Response StreamableHttp::listen(const std::shared_ptr<HttpSession>& session, std::optional<int64_t> after) {
  auto slot = loads_.enter(session->session()->principal().id, PrincipalLoads::Kind::kStream);
  if (!slot) return too_many(std::string(kTooManyStreams), std::nullopt);
  auto owner = std::make_shared<Listening>(server_.loop(), session, *std::move(slot), options_.stream_life_max);
  Outbox& outbox = session->listener();
  StreamStyle style{.id = session->listener_stream(),
                    .primes = !after && session->session()->revision() >= Revision::k2025_11_25,
                    .keep_alive = options_.keep_alive};
  // Without a number it goes on behind what an earlier connection was sent.
  const int64_t begin = after.value_or(outbox.read_number());
  return stream_response(stream_body(server_.loop(), std::move(owner), outbox, std::move(style), begin));
}

http::Response StreamableHttp::resume(const std::shared_ptr<HttpSession>& session, std::string_view last_event_id) {
  const size_t dash = last_event_id.rfind('-');
  const auto number =
      dash == std::string_view::npos ? std::nullopt : base::parse_integer(last_event_id.substr(dash + 1));
  const std::string_view stream = number && *number >= 0 ? last_event_id.substr(0, dash) : std::string_view();
  const bool listens = session->has_listener() && stream == session->listener_stream();
  auto exchange = listens ? nullptr : session->find_stream(stream);
  // Nobody was given an event of what is answered as JSON, and no stream would come of it.
  if (!listens && (exchange == nullptr || !exchange->is_stream())) {
    return refuse(404, "That stream is gone, or never was. Send the request again.");
  }
  Outbox& outbox = listens ? session->listener() : exchange->outbox();
  if (*number > outbox.last_number()) {
    return refuse(400, "That stream has not come so far. Send the Last-Event-ID of an event that was received.");
  }
  if (listens) return listen(session, *number);
  auto slot = loads_.enter(session->session()->principal().id, PrincipalLoads::Kind::kStream);
  if (!slot) return too_many(std::string(kTooManyStreams), std::nullopt);
  StreamStyle style{.id = std::string(stream),
                    .keep_alive = options_.keep_alive,
                    .until = server_.loop().now() + options_.stream_life_max};
  auto owner = std::make_shared<Resumed>(std::move(exchange), *std::move(slot));
  return stream_response(stream_body(server_.loop(), std::move(owner), outbox, std::move(style), *number));
}

http::Response StreamableHttp::end_session(const http::Request& request, const Principal& principal) {
  auto session = find_session(request, principal);
  if (!session) return std::move(session).error();
  sessions_.end((*session)->id());
  http::Response response;
  response.status = 204;
  return response;
}

std::expected<std::shared_ptr<HttpSession>, http::Response> StreamableHttp::find_session(
    const http::Request& request, const Principal& principal) {
  const auto id = request.headers.find(kSessionHeader);
  if (!id || request.headers.count(kSessionHeader) > 1) {
    return std::unexpected(refuse(
        400, "Send initialize first, then its Mcp-Session-Id with every request. Protocol 2026-07-28 needs neither: "
             "put its version into params._meta."));
  }
  auto session = sessions_.find(base::trim(*id), principal);
  if (session == nullptr) {
    return std::unexpected(refuse(404, RpcError{code::kSessionNotFound, "Session not found. Send initialize again."}));
  }
  // Any version that we speak will do: some clients send their own instead of the negotiated one.
  const auto version = request.headers.find(kVersionHeader);
  if (version && !parse_revision(base::trim(*version))) {
    std::string known;
    for (const Revision revision : kAllRevisions) {
      known.append(known.empty() ? "" : ", ").append(revision_name(revision));
    }
    return std::unexpected(
        refuse(400, fmt::format("Unsupported protocol version in {}. Supported are: {}.", kVersionHeader, known)));
  }
  return session;
}

}  // namespace mcp
