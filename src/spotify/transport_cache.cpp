// What keeps a read from being sent: an answer in memory, one in the store, or the same read in flight. And what a
// write does to all three.
#include <algorithm>

#include "json/parse.h"
#include "spotify/transport.h"

namespace spotify {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// How long a stale answer is kept for confirmation by ETag.
constexpr minutes kConfirmable{60};
constexpr minutes kFreshMax{60};
static_assert(kFreshMax + kConfirmable <= kKeptMax);
// A parsed tree takes a few times the room of its text.
constexpr size_t kTreeFactor = 4;

// How long an answer is taken as true. Zero: never cached, only joined. The player changes by itself; what belongs to
// the user can change in other apps; the catalogue hardly does.
seconds fresh_for(const ApiRequest& request) {
  using enum Operation;
  if (!request.version.empty()) return kFreshMax;
  switch (request.operation) {
    case kGetTrack:
    case kGetAlbum:
    case kGetAlbumTracks:
    case kGetArtist:
    case kGetArtistAlbums:
      return kFreshMax;
    case kGetShow:
    case kGetAudiobook:
    case kSearch:
    case kGetMe:
    case kGetTopArtists:
    case kGetTopTracks:
      return minutes(10);
    // They say how far they were played.
    case kGetShowEpisodes:
    case kGetEpisode:
    case kGetAudiobookChapters:
      return minutes(1);
    case kGetMyPlaylists:
    case kGetSavedTracks:
    case kGetSavedAlbums:
    case kGetSavedShows:
    case kGetSavedEpisodes:
    case kGetSavedAudiobooks:
    case kGetFollowedArtists:
    case kCheckLibrary:
      return seconds(15);
    default:
      return seconds(0);
  }
}

// What a write of ours in another process may change under our feet.
bool is_changed_by_writes(const ApiRequest& request) {
  return request.version.empty() && fresh_for(request) > seconds(0) && fresh_for(request) < minutes(1);
}

base::Error deadline_error() {
  return {base::Code::kDeadline,
          "The time for this request ran out. Try again, or ask for less at once.",
          {},
          std::nullopt};
}

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
  ~Invalidating() {
    transport_.forget(prefixes_);
    if (!is_stored_) transport_.group_.spawn(transport_.forget_stored(prefixes_));
  }
  Invalidating(const Invalidating&) = delete;
  Invalidating& operator=(const Invalidating&) = delete;

  const std::vector<std::string>& prefixes() const { return prefixes_; }
  void stored() { is_stored_ = true; }

 private:
  Transport& transport_;
  std::vector<std::string> prefixes_;
  bool is_stored_ = false;
};

bool Transport::is_kept_in_memory(const ApiRequest& request) const {
  // With a store the other processes write there what they have changed, and nobody tells our memory.
  return services_.store == nullptr || !is_changed_by_writes(request);
}

base::Task<base::Result<Json>> Transport::read(ApiRequest request) {
  const std::string key = request.target + (request.version.empty() ? "" : "#" + request.version);
  const bool may_be_known = request.call.freshness == Freshness::kCached;
  if (fresh_for(request) > seconds(0) && (may_be_known || services_.store != nullptr)) {
    // Somebody may have logged out, or in as somebody else, in another process.
    const auto token = co_await services_.tokens.access_token(request.call.deadline);
    if (token) belong_to(token->login);
    if (!token && token.error().code == base::Code::kUnauthenticated) {
      forget({""});
      co_return std::unexpected(token.error());
    }
    if (may_be_known && is_kept_in_memory(request)) {
      if (Json known = cache_.find(key, services_.loop.now())) {
        if (witness_) witness_->reads.push_back({key, known});
        co_return known;
      }
    }
  }
  if (witness_) witness_->is_whole = false;
  for (;;) {
    Shared shared = co_await join(key, request);
    // Whoever came first set the deadline of the flight; a caller with more time flies on.
    const bool cut_short = !shared && shared.error().code == base::Code::kDeadline;
    if (!cut_short || services_.loop.now() >= request.call.deadline) co_return shared;
  }
}

std::shared_ptr<Witness> Transport::observe() {
  witness_ = std::make_shared<Witness>();
  return witness_;
}

bool Transport::is_whole(const std::shared_ptr<Witness>& witness) {
  if (witness_ != witness) return false;
  witness_ = nullptr;
  return witness->is_whole;
}

base::Task<bool> Transport::still_holds(std::shared_ptr<const Witness> witness, Call call) {
  const auto token = co_await services_.tokens.access_token(call.deadline);
  // Why not, the next read will say.
  if (!token) co_return false;
  belong_to(token->login);
  const base::Instant now = services_.loop.now();
  for (const Witness::Read& read : witness->reads) {
    const Json value = read.value.lock();
    if (value == nullptr || !cache_.holds(read.key, value, now)) co_return false;
  }
  for (const Witness::Read& read : witness->reads) cache_.find(read.key, now);
  co_return true;
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
    ++joined_;
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

base::Task<Transport::Known> Transport::look_up(std::string key, bool may_be_fresh) {
  Known known;
  known.owner = owner();
  if (services_.store == nullptr) {
    if (const auto* entry = cache_.find_confirmable(key, services_.loop.now())) {
      known.json = entry->value;
      known.etag = entry->etag;
    }
    co_return known;
  }
  CacheOwner whose = known.owner;
  auto found = co_await services_.store->find(std::move(whose), std::move(key));
  if (!found) {
    tell(found.error());
    co_return known;
  }
  known.epoch = found->epoch;
  if (!found->answer) co_return known;
  auto parsed = json::parse(found->answer->body);
  if (!parsed) co_return known;
  known.fresh_for = found->answer->fresh_until - services_.clock.wall();
  known.is_fresh = may_be_fresh && known.fresh_for > milliseconds(0);
  known.json = std::make_shared<const json::Value>(*std::move(parsed));
  known.etag = std::move(found->answer->etag);
  known.body = std::move(found->answer->body);
  co_return known;
}

void Transport::land(const std::shared_ptr<Flight>& flight, const std::string& key, const Shared& shared) {
  flight->finished = true;
  const auto found = flights_.find(key);
  if (found != flights_.end() && found->second == flight) flights_.erase(found);
  for (const auto& set : flight->waiters) set(shared);
}

base::Task<void> Transport::fly(std::shared_ptr<Flight> flight, std::string key, ApiRequest request) {
  Known known;
  if (fresh_for(request) > seconds(0)) {
    known = co_await look_up(key, request.call.freshness == Freshness::kCached);
  }
  if (known.is_fresh && flight->current) {
    ++stored_hits_;
    keep_in_memory(key, request, known);
    land(flight, key, known.json);
    co_return;
  }
  auto answer = co_await run(request, known.etag);
  if (!answer) {
    land(flight, key, std::unexpected(std::move(answer).error()));
    co_return;
  }
  const bool is_confirmed = answer->response.status == 304;
  if (is_confirmed) ++confirmed_;
  if (!is_confirmed) known.json = answer->json;
  const Shared shared = known.json;
  if (flight->current) remember(key, request, is_confirmed ? nullptr : &answer->response, std::move(known));
  land(flight, key, shared);
}

void Transport::keep_in_memory(const std::string& key, const ApiRequest& request, const Known& known) {
  if (!is_kept_in_memory(request)) return;
  Cache::Entry entry;
  entry.key = key;
  entry.value = known.json;
  entry.etag = known.etag;
  entry.bytes = key.size() + known.body.size() * kTreeFactor;
  entry.fresh_until = services_.loop.now() + known.fresh_for;
  entry.kept_until = entry.fresh_until + kConfirmable;
  cache_.put(std::move(entry));
}

void Transport::remember(const std::string& key, const ApiRequest& request, const http::Response* response,
                         Known known) {
  known.fresh_for = fresh_for(request);
  if (known.fresh_for == milliseconds(0) || known.json == nullptr) return;
  if (response == nullptr && services_.store == nullptr) {
    cache_.confirm(key, services_.loop.now() + known.fresh_for);
    return;
  }
  if (response != nullptr) {
    known.etag = std::string(response->headers.find("ETag").value_or(""));
    known.body = response->body;
  }
  keep_in_memory(key, request, known);
  // An answer of a login that ended meanwhile is nobody's.
  if (services_.store == nullptr || known.owner != owner()) return;
  StoredAnswer stored{.key = key, .body = std::move(known.body), .etag = std::move(known.etag)};
  stored.fresh_until = services_.clock.wall() + known.fresh_for;
  stored.kept_until = stored.etag.empty() ? stored.fresh_until : stored.fresh_until + kConfirmable;
  group_.spawn(store(std::move(known.owner), std::move(stored), known.epoch));
}

base::Task<void> Transport::store(CacheOwner owner, StoredAnswer answer, int64_t epoch) {
  const auto stored = co_await services_.store->put(std::move(owner), std::move(answer), epoch);
  if (stored) {
    store_failed_ = false;
  } else {
    tell(stored.error());
  }
}

void Transport::tell(const base::Error& error) {
  if (std::exchange(store_failed_, true)) return;
  services_.log.event(base::Level::kWarning, "spotify.cache_failed",
                      {{"why", error.message}, {"detail", error.detail}});
}

base::Task<base::Result<Json>> Transport::write(ApiRequest request, std::vector<std::string> invalidates) {
  Invalidating invalidating(*this, std::move(invalidates));
  auto answer = co_await run(std::move(request), std::string());
  // Before the caller hears of it, so that a read that follows in another process sees the change.
  co_await forget_stored(invalidating.prefixes());
  invalidating.stored();
  if (!answer) co_return std::unexpected(std::move(answer).error());
  co_return answer->json;
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

base::Task<void> Transport::forget_stored(std::vector<std::string> prefixes) {
  if (services_.store == nullptr || prefixes.empty()) co_return;
  const auto forgotten = co_await services_.store->invalidate(owner(), std::move(prefixes));
  if (!forgotten) tell(forgotten.error());
}

base::Task<CacheReport> Transport::report() {
  CacheReport report{.memory = cache_.stats(), .stored_hits = stored_hits_, .joined = joined_, .confirmed = confirmed_};
  if (services_.store != nullptr) report.stored = co_await services_.store->stats(options_.cache_owner);
  co_return report;
}

base::Task<base::Result<int64_t>> Transport::clean() {
  auto gone = static_cast<int64_t>(cache_.clean(services_.loop.now()));
  if (services_.store == nullptr) co_return gone;
  CO_TRY(const int64_t stored, co_await services_.store->clean());
  co_return gone + stored;
}

base::Task<base::Result<int64_t>> Transport::forget_all() {
  auto gone = static_cast<int64_t>(cache_.stats().entries);
  forget({""});
  if (services_.store == nullptr) co_return gone;
  CO_TRY(const int64_t stored, co_await services_.store->clear(options_.cache_owner));
  co_return gone + stored;
}

}  // namespace spotify
