#include "spotify/transport.h"

#include <algorithm>

#include "json/parse.h"
#include "json/write.h"

namespace spotify {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kBackoff{400};
constexpr milliseconds kBackoffJitter{400};
constexpr milliseconds kWaitJitter{500};
// How long a stale answer is kept for confirmation by ETag.
constexpr minutes kConfirmable{60};
// A parsed tree takes a few times the room of its text.
constexpr size_t kTreeFactor = 4;

// How long an answer is taken as true. Zero: never cached, only joined. The player changes by itself; what belongs to
// the user can change in other apps; the catalogue hardly does.
seconds fresh_for(const ApiRequest& request) {
  using enum Operation;
  if (!request.version.empty()) return minutes(60);
  switch (request.operation) {
    case kGetTrack:
    case kGetAlbum:
    case kGetAlbumTracks:
    case kGetArtist:
    case kGetArtistAlbums:
      return minutes(60);
    case kSearch:
    case kGetMe:
    case kGetTopArtists:
    case kGetTopTracks:
      return minutes(10);
    case kGetMyPlaylists:
    case kGetSavedTracks:
    case kGetSavedAlbums:
    case kGetFollowedArtists:
    case kCheckLibrary:
      return seconds(15);
    default:
      return seconds(0);
  }
}

base::Error deadline_error() {
  return {base::Code::kDeadline, "The time for this request ran out. Try again, or ask for less at once.", {},
          std::nullopt};
}

bool was_not_sent(const base::Error& error) { return error.detail.starts_with("not sent"); }

}  // namespace

// Counts a caller in and out of a flight; the last one out lands it.
class Transport::Waiting {
 public:
  Waiting(Transport& transport, std::shared_ptr<Flight> flight) : transport_(transport), flight_(std::move(flight)) {
    ++flight_->waiting;
  }
  ~Waiting() {
    if (--flight_->waiting > 0 || flight_->finished) return;
    std::erase_if(transport_.flights_, [this](const auto& entry) { return entry.second == flight_; });
    transport_.group_.cancel(flight_->task);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Transport& transport_;
  std::shared_ptr<Flight> flight_;
};

// Also when the write is dropped half-way: it may have arrived.
class Transport::Invalidating {
 public:
  Invalidating(Transport& transport, std::vector<std::string> prefixes)
      : transport_(transport), prefixes_(std::move(prefixes)) {
    transport_.forget(prefixes_);
  }
  ~Invalidating() { transport_.forget(prefixes_); }
  Invalidating(const Invalidating&) = delete;
  Invalidating& operator=(const Invalidating&) = delete;

 private:
  Transport& transport_;
  std::vector<std::string> prefixes_;
};

Transport::Transport(Client::Services services, ClientOptions options)
    : services_(services),
      options_(std::move(options)),
      server_url_(options_.api.server_url()),
      base_path_(http::split_target(options_.api.target).path),
      cache_(options_.cache),
      group_(services.loop) {
  while (base_path_.ends_with('/')) base_path_.pop_back();
}

base::Task<base::Result<Json>> Transport::read(ApiRequest request) {
  const std::string key = request.target + (request.version.empty() ? "" : "#" + request.version);
  if (request.call.freshness == Freshness::kCached && fresh_for(request) > seconds(0)) {
    // Somebody may have logged out, or in as somebody else, in another process.
    const auto token = co_await services_.tokens.access_token(request.call.deadline);
    if (token) belong_to(token->login);
    if (!token && token.error().code == base::Code::kUnauthenticated) {
      forget({""});
      co_return std::unexpected(token.error());
    }
    if (Json known = cache_.find(key, services_.loop.now())) co_return known;
  }
  for (;;) {
    Shared shared = co_await join(key, request);
    // Whoever came first set the deadline of the flight; a caller with more time flies on.
    const bool cut_short = !shared && shared.error().code == base::Code::kDeadline;
    if (!cut_short || services_.loop.now() >= request.call.deadline) co_return shared;
  }
}

base::Task<Transport::Shared> Transport::join(std::string key, ApiRequest request) {
  const base::Instant deadline = request.call.deadline;
  const base::Completion<Shared> landed(services_.loop);
  std::optional<base::Timer> timer;
  if (deadline != base::Instant::never()) {
    timer.emplace(services_.loop, deadline, [set = landed.setter()] { set(std::unexpected(deadline_error())); });
  }
  const auto found = flights_.find(key);
  const bool may_join = found != flights_.end() && request.call.freshness == Freshness::kCached;
  if (may_join) {
    const auto flight = found->second;
    const Waiting waiting(*this, flight);
    flight->waiters.push_back(landed.setter());
    co_return co_await landed;
  }
  // What a fresh read replaces may finish later and must not be cached over it.
  if (found != flights_.end()) found->second->current = false;
  const auto flight = std::make_shared<Flight>();
  const Waiting waiting(*this, flight);
  flight->waiters.push_back(landed.setter());
  flights_.insert_or_assign(key, flight);
  flight->task = group_.spawn(fly(flight, std::move(key), std::move(request)));
  co_return co_await landed;
}

base::Task<void> Transport::fly(std::shared_ptr<Flight> flight, std::string key, ApiRequest request) {
  Json known;
  std::string etag;
  if (const auto* entry = cache_.find_confirmable(key, services_.loop.now())) {
    known = entry->value;
    etag = entry->etag;
  }
  auto answer = co_await run(request, etag);
  flight->finished = true;
  const auto found = flights_.find(key);
  if (found != flights_.end() && found->second == flight) flights_.erase(found);

  Shared shared = nullptr;
  if (!answer) {
    shared = std::unexpected(std::move(answer).error());
  } else if (answer->response.status == 304) {
    shared = known;
    if (flight->current) cache_.confirm(key, services_.loop.now() + fresh_for(request));
  } else {
    shared = answer->json;
    if (flight->current) remember(key, request, answer->response, answer->json);
  }
  for (const auto& set : flight->waiters) set(shared);
}

base::Task<base::Result<Json>> Transport::write(ApiRequest request, std::vector<std::string> invalidates) {
  const Invalidating invalidating(*this, std::move(invalidates));
  auto answer = co_await run(std::move(request), std::string());
  if (!answer) co_return std::unexpected(std::move(answer).error());
  co_return answer->json;
}

base::Task<base::Result<Transport::Answer>> Transport::run(ApiRequest given, std::string etag) {
  const auto request = std::make_shared<const ApiRequest>(std::move(given));
  const OperationInfo& operation = info(request->operation);
  Attempts attempts(operation.repeat);
  for (;;) {
    Try tried = co_await attempt(request, etag);
    if (!tried.counted) co_return std::unexpected(std::move(tried.error));
    milliseconds pause{0};
    switch (attempts.after(tried.ending)) {
      case Attempts::Next::kAccept:
        co_return std::move(tried.answer);
      case Attempts::Next::kRefresh:
        services_.tokens.rejected(tried.token_generation);
        break;
      case Attempts::Next::kWaitAndRetry:
        services_.gate.pause_for(tried.ending.wait.duration + jitter(kWaitJitter));
        break;
      case Attempts::Next::kRetrySoon:
        pause = kBackoff + jitter(kBackoffJitter);
        break;
      case Attempts::Next::kBlock:
        services_.gate.block(operation.bucket, tried.ending.wait.duration);
        co_return std::unexpected(std::move(tried.error));
      case Attempts::Next::kGiveUp:
        if (tried.ending.status == 429) services_.gate.pause_for(tried.ending.wait.duration);
        co_return std::unexpected(std::move(tried.error));
      case Attempts::Next::kAmbiguous:
        co_return std::unexpected(may_have_happened(operation, tried.error));
    }
    if (pause == milliseconds(0)) continue;
    if (services_.loop.now() + pause >= request->call.deadline) co_return std::unexpected(std::move(tried.error));
    co_await base::sleep_for(services_.loop, pause);
  }
}

base::Task<Transport::Try> Transport::attempt(std::shared_ptr<const ApiRequest> request, std::string etag) {
  const OperationInfo& operation = info(request->operation);
  Try result;
  const auto turn = co_await services_.gate.admit(operation.bucket, request->call.deadline);
  if (!turn) {
    result.error = turn.error();
    result.counted = false;
    co_return result;
  }
  auto token = co_await services_.tokens.access_token(request->call.deadline);
  if (!token) {
    result.error = std::move(token).error();
    result.counted = false;
    co_return result;
  }
  result.token_generation = token->generation;
  belong_to(token->login);
  const base::Instant began = services_.loop.now();
  auto response = co_await send(make_request(*request, token->secret, etag));
  if (response) {
    result.answer.response = *std::move(response);
    classify(operation, result);
  } else {
    result.error = std::move(response).error();
    result.ending.kind = was_not_sent(result.error) ? Ending::Kind::kNotSent : Ending::Kind::kLost;
    // Where it may not go it may not go a moment later either.
    if (result.error.code == base::Code::kForbidden) result.counted = false;
    // The limit of one request ran out, not the caller's time.
    if (result.error.code == base::Code::kDeadline && services_.loop.now() < request->call.deadline) {
      result.error = make_error(Cause::kUpstream, base::Code::kUnavailable,
                                "Spotify did not answer in time. Try again in a minute.", "no answer");
    }
  }
  const auto took = std::chrono::duration_cast<milliseconds>(services_.loop.now() - began);
  services_.log.event(base::Level::kDebug, "spotify.request",
                      {{"operation", operation.name},
                       {"status", result.answer.response.status},
                       {"answered", result.ending.kind == Ending::Kind::kAnswered},
                       {"took_ms", static_cast<int64_t>(took.count())}});
  co_return result;
}

base::Task<base::Result<http::Response>> Transport::send(http::Request request) {
  const base::Instant deadline = request.deadline;
  co_return co_await base::with_deadline(services_.loop, deadline, services_.http.send(std::move(request)));
}

http::Request Transport::make_request(const ApiRequest& request, const base::Secret& token,
                                      std::string_view etag) const {
  http::Request out;
  out.method = info(request.operation).method;
  out.server_url = server_url_;
  out.target = base_path_ + request.target;
  out.headers.add("Accept", "application/json");
  if (!etag.empty()) out.headers.add("If-None-Match", std::string(etag));
  if (request.body) {
    out.headers.add("Content-Type", "application/json");
    out.body = json::write(*request.body);
  } else if (!request.jpeg_base64.empty()) {
    // As Spotify wants it: the type of the picture, and its bytes as text.
    out.headers.add("Content-Type", "image/jpeg");
    out.body = request.jpeg_base64;
  }
  constexpr std::string_view kScheme = "Bearer ";
  std::string bearer;
  // In one piece, so that no shorter copy is left behind by growing.
  bearer.reserve(kScheme.size() + token.reveal().size());
  bearer.append(kScheme).append(token.reveal());
  out.authorization = base::Secret(std::move(bearer));
  out.deadline = std::min(request.call.deadline, services_.loop.now() + options_.attempt_max);
  return out;
}

void Transport::classify(const OperationInfo& operation, Try& result) const {
  const http::Response& response = result.answer.response;
  result.ending.status = response.status;
  if (response.status == 429) result.ending.wait = wait_of(response, services_.gate.wait_max());
  if (response.status < 200 || response.status >= 300) {
    if (response.status != 304) {
      result.error = error_of(operation, response, services_.clock.wall(), services_.gate.wait_max());
    }
    return;
  }
  if (response.body.empty()) return;
  auto parsed = json::parse(response.body);
  if (parsed) {
    result.answer.json = std::make_shared<const json::Value>(*std::move(parsed));
  } else if (operation.repeat == Repeat::kRead) {
    // Commands answer with an opaque word that is no JSON; a read that does so was cut off.
    result.ending.kind = Ending::Kind::kUnreadable;
    result.error = make_error(Cause::kUpstream, base::Code::kUpstream,
                              "Spotify's answer was cut off or garbled. Try again in a moment.",
                              parsed.error().message);
  }
}

void Transport::remember(const std::string& key, const ApiRequest& request, const http::Response& response,
                         const Json& json) {
  const seconds fresh = fresh_for(request);
  if (fresh == seconds(0) || json == nullptr) return;
  const base::Instant now = services_.loop.now();
  Cache::Entry entry;
  entry.key = key;
  entry.value = json;
  entry.etag = std::string(response.headers.find("ETag").value_or(""));
  entry.bytes = key.size() + response.body.size() * kTreeFactor;
  entry.fresh_until = now + fresh;
  entry.kept_until = entry.fresh_until + kConfirmable;
  cache_.put(std::move(entry));
}

void Transport::belong_to(int64_t login) {
  if (std::exchange(login_, login) != login) forget({""});
}

void Transport::forget(const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    cache_.invalidate(prefix);
    std::erase_if(flights_, [&prefix](const auto& entry) {
      if (!entry.first.starts_with(prefix)) return false;
      entry.second->current = false;
      return true;
    });
  }
}

milliseconds Transport::jitter(milliseconds max) {
  return milliseconds(services_.random.below(static_cast<uint64_t>(max.count()) + 1));
}

base::Task<base::Result<void>> command(Transport& transport, ApiRequest request, std::vector<std::string> invalidates) {
  CO_TRY(const Json ignored, co_await transport.write(std::move(request), std::move(invalidates)));
  static_cast<void>(ignored);
  co_return base::Result<void>{};
}

PageRequest folded(PageRequest page, int limit_max) {
  return {std::clamp(page.limit, 1, limit_max), std::max(page.offset, 0)};
}

void add_page(http::Parameters& query, PageRequest page) {
  query.emplace_back("limit", std::to_string(page.limit));
  query.emplace_back("offset", std::to_string(page.offset));
}

void add_market(http::Parameters& query, const std::optional<Market>& market) {
  if (market) query.emplace_back("market", std::string(market->text()));
}

}  // namespace spotify
