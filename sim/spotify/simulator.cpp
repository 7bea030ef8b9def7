#include "sim/spotify/simulator.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "sim/spotify/call.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/fault_effects.h"
#include "sim/spotify/operations.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {
namespace {

// The service's front end refuses longer request lines, which about a hundred URIs in a query make.
constexpr size_t kTargetBytesMax = 4096;

http::Response unauthorized(std::string_view message) {
  http::Response response = error_response({401, std::string(message)});
  response.headers.add("WWW-Authenticate",
                       fmt::format("Bearer realm=\"spotify\", error=\"invalid_token\", error_description=\"{}\"",
                                   message));
  return response;
}

http::Response insufficient_scope(const Operation& operation) {
  // As measured: some reads of the player use another status for the same thing.
  const bool is_player_read = operation.method == http::Method::kGet && operation.path.starts_with("/me/player");
  if (is_player_read) return error_response({401, "Permissions missing"});
  http::Response response = error_response({403, "Insufficient client scope"});
  response.headers.add("WWW-Authenticate",
                       fmt::format("Bearer realm=\"spotify\", error=\"insufficient_scope\", scope=\"{}\"",
                                   operation.scopes));
  return response;
}

// A tag for what does not change from one moment to the next, and 304 for who has it already.
void make_conditional(const http::Request& request, const Operation& operation, http::Response& response) {
  if (operation.method != http::Method::kGet || response.status != 200) return;
  if (operation.path.starts_with("/me/player")) return;
  const std::string tag = fmt::format("\"{:016x}\"", fnv1a(response.body));
  const bool is_private = operation.path.starts_with("/me") || operation.path.starts_with("/playlists");
  response.headers.add("ETag", tag);
  response.headers.add("Cache-Control", is_private ? "private, max-age=0" : "public, max-age=300");
  if (request.headers.find("If-None-Match") != tag) return;
  response.status = 304;
  response.body.clear();
  response.headers.erase("Content-Type");
}

}  // namespace

std::vector<std::string> all_scopes() {
  return {"playlist-modify-private",     "playlist-modify-public",  "playlist-read-collaborative",
          "playlist-read-private",       "ugc-image-upload",        "user-follow-modify",
          "user-follow-read",            "user-library-modify",     "user-library-read",
          "user-modify-playback-state",  "user-read-currently-playing", "user-read-email",
          "user-read-playback-position", "user-read-playback-state", "user-read-private",
          "user-read-recently-played",   "user-top-read"};
}

struct Simulator::Route {
  enum class Service { kAuthorize, kToken, kApi, kNone };
  Service service = Service::kNone;
  std::string name;  // Of the counter.
  std::string path;  // Without "/v1".
  Match match;
};

Simulator::Simulator(Config config, const base::Clock& clock, base::Loop& loop, base::Random& random)
    : config_(std::move(config)),
      clock_(clock),
      loop_(loop),
      world_(config_, clock_.wall(), random),
      accounts_(world_, clock_),
      faults_(std::move(config_.faults)),
      quota_(config_.regime == Regime::kExtended ? Quota{.per_day = 0, .per_30_seconds = config_.quota.per_30_seconds}
                                                 : config_.quota) {}

Simulator::~Simulator() = default;

Tokens Simulator::grant(std::vector<std::string> scopes, std::string_view user) {
  return accounts_.issue(user, std::move(scopes));
}

int Simulator::requests(std::string_view operation) const {
  const auto found = counts_.find(operation);
  return found == counts_.end() ? 0 : found->second;
}

int Simulator::requests() const {
  int total = 0;
  for (const auto& [name, count] : counts_) total += count;
  return total;
}

User& Simulator::user(std::string_view id) {
  User* user = world_.find_user(id);
  ENSURE(user != nullptr);
  return *user;
}

Simulator::Route Simulator::route(const http::Request& request) const {
  using Service = Route::Service;
  const std::string_view path = http::split_target(request.target).path;
  const std::string_view method = http::method_name(request.method);
  if (path == "/authorize" && request.method == http::Method::kGet) {
    return {Service::kAuthorize, "GET /authorize", std::string(path), {}};
  }
  if (path == "/api/token" && request.method == http::Method::kPost) {
    return {Service::kToken, "POST /api/token", std::string(path), {}};
  }
  if (!path.starts_with("/v1/")) return {Service::kNone, fmt::format("{} unknown", method), std::string(path), {}};
  const std::string_view inner = path.substr(3);
  Match match = match_operation(request.method, inner);
  std::string name = match.operation != nullptr ? match.operation->name() : fmt::format("{} unknown", method);
  return {Service::kApi, std::move(name), std::string(inner), std::move(match)};
}

base::Task<http::Response> Simulator::handle(http::Request request) {
  const Route route = this->route(request);
  // A copy, because the plan may be replaced while a slow answer waits.
  std::optional<FaultRule> fault;
  if (const FaultRule* due = faults_.next(http::method_name(request.method), route.path)) fault = *due;
  if (!fault || fault->kind != FaultKind::kRefused) ++counts_[route.name];
  if (fault) {
    if (auto response = instead(*fault, request)) co_return std::move(*response);
    if (fault->kind == FaultKind::kSlow) {
      co_await base::sleep_for(loop_, std::chrono::milliseconds(fault->delay_ms));
    }
  }
  http::Response response = answer(request, route);
  if (fault) spoil(*fault, response);
  co_return response;
}

std::optional<http::Response> Simulator::instead(const FaultRule& fault, const http::Request& request) {
  if (fault.kind == FaultKind::kExpiredToken) {
    const std::string_view authorization = request.authorization.reveal();
    if (authorization.starts_with("Bearer ")) accounts_.expire(authorization.substr(7));
    return unauthorized("The access token expired");
  }
  return fault_response(fault);
}

http::Response Simulator::answer(const http::Request& request, const Route& route) {
  switch (route.service) {
    case Route::Service::kAuthorize:
      return accounts_.authorize(request);
    case Route::Service::kToken:
      return accounts_.token(request);
    case Route::Service::kApi:
      return answer_api(request, route);
    case Route::Service::kNone:
      return error_response({404, "Service not found"});
  }
  return error_response({404, "Service not found"});
}

http::Response Simulator::answer_api(const http::Request& request, const Route& route) {
  if (request.target.size() > kTargetBytesMax) {
    return html_response(414, "414 Request-URI Too Large", "The requested URL is too large to process.");
  }
  const std::string_view authorization = request.authorization.reveal();
  if (authorization.empty()) return unauthorized("No token provided");
  if (!authorization.starts_with("Bearer ")) {
    return error_response({400, "Only valid bearer authentication supported"});
  }
  const Access* access = accounts_.find(authorization.substr(7));
  if (access == nullptr) return unauthorized("Invalid access token");
  if (clock_.wall() >= access->expires_at) return unauthorized("The access token expired");
  User* person = access->user_id ? world_.find_user(*access->user_id) : nullptr;
  if (person != nullptr && !person->is_registered) return fault_response({.kind = FaultKind::kNotRegistered}).value();

  if (const auto refused = quota_.charge(route.path, clock_.wall())) {
    const FaultKind kind = refused->by_quota ? FaultKind::kQuotaExceeded : FaultKind::kRateLimit;
    return fault_response({.kind = kind, .retry_after_s = refused->retry_after.count()}).value();
  }

  const Operation* operation = route.match.operation;
  if (operation == nullptr) {
    if (route.match.path_is_known) return error_response({405, "Method not allowed"});
    return error_response({404, "Service not found"});
  }
  if (operation->reach != Reach::kAll && config_.regime == Regime::kDev2026) {
    return error_response({403, "Forbidden"});
  }
  if (operation->handle == nullptr) return error_response({404, "Not found."});
  if (operation->needs_user() && person == nullptr) {
    return error_response({401, "This request requires user authentication."});
  }
  for (const std::string& scope : split_words(operation->scopes)) {
    if (!access->has_scope(scope)) return insufficient_scope(*operation);
  }
  Call call{.world = world_,
            .request = request,
            .operation = *operation,
            .access = *access,
            .person = person,
            .now = clock_.wall(),
            .path = route.path,
            .values = route.match.values,
            .query = parse_form(http::split_target(request.target).query)};
  Reply reply = run(call);
  if (!reply) return reply.error().status == 413 ? empty_response(413) : error_response(reply.error());
  make_conditional(request, *operation, *reply);
  return std::move(*reply);
}

Reply Simulator::run(Call& call) {
  const bool is_read = call.operation.method == http::Method::kGet;
  const bool lags = (call.path.starts_with("/me/") && !call.path.starts_with("/me/player")) ||
                    call.path.starts_with("/playlists") || call.path.starts_with("/users");
  if (!lags || config_.write_lag.count() == 0) return call.operation.handle(call);
  if (is_read) {
    if (!past_ || call.now >= past_until_) return call.operation.handle(call);
    world_.swap(*past_);
    Reply reply = call.operation.handle(call);
    world_.swap(*past_);
    return reply;
  }
  Past before = world_.past();
  Reply reply = call.operation.handle(call);
  if (!reply) return reply;
  // A second change makes the first one visible.
  past_ = std::move(before);
  past_until_ = call.now + config_.write_lag;
  return reply;
}

}  // namespace sim::spotify
