#include "mcp/transport/http_sessions.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "crypto/random_text.h"

namespace mcp {
namespace {

constexpr size_t kIdBytes = 24;  // 192 bits.
constexpr base::Duration kSweepEvery = std::chrono::seconds(60);
// Ended streams that a client may still come back for.
constexpr size_t kEndedMax = 16;
constexpr size_t kEndedBytesMax = size_t{4} * 1024 * 1024;

}  // namespace

class HttpSession::Outlet final : public Channel {
 public:
  explicit Outlet(Outbox& outbox) : outbox_(outbox) {}
  void send(std::string message) override { outbox_.push(std::move(message)); }
  bool is_open() const override { return true; }

 private:
  Outbox& outbox_;
};

HttpSession::HttpSession(base::Loop& loop, std::string id, std::shared_ptr<Session> session)
    : loop_(loop), id_(std::move(id)), session_(std::move(session)), opened_(loop.now()), last_used_(opened_) {}

HttpSession::~HttpSession() { end(); }

std::string HttpSession::handle() const {
  constexpr size_t kDigits = 16;
  return crypto::to_hex(crypto::sha256(id_)).substr(0, kDigits);
}

void HttpSession::end() {
  session_->set_outlet(nullptr);
  forgetting_.reset();
  if (listener_) listener_->close();
  const auto running = std::exchange(running_, {});
  for (const auto& [id, kept] : running) kept.exchange->cancel();
}

bool HttpSession::is_running(const Id& id) {
  sweep();
  return running_.contains(id);
}

bool HttpSession::is_busy() const {
  return listens() ||
         std::ranges::any_of(running_, [](const auto& each) { return !each.second.exchange->has_ended(); });
}

std::string HttpSession::keep(const Id& id, std::shared_ptr<Exchange> exchange) {
  sweep();
  std::string stream = std::to_string(next_stream_++);
  running_.emplace(id, Kept{stream, std::move(exchange)});
  return stream;
}

void HttpSession::cancel(const Id& id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const auto exchange = std::move(found->second.exchange);
  running_.erase(found);
  exchange->cancel();
}

// Exchanges that have ended move to the ones kept for a client that comes back; those are few and small.
void HttpSession::sweep() {
  for (auto each = running_.begin(); each != running_.end();) {
    if (!each->second.exchange->has_ended()) {
      ++each;
      continue;
    }
    if (each->second.exchange->is_stream()) ended_.push_back(std::move(each->second));
    each = running_.erase(each);
  }
  size_t bytes = 0;
  for (const Kept& kept : ended_) bytes += kept.exchange->outbox().bytes();
  while (ended_.size() > kEndedMax || (bytes > kEndedBytesMax && !ended_.empty())) {
    bytes -= ended_.front().exchange->outbox().bytes();
    ended_.pop_front();
  }
}

std::shared_ptr<Exchange> HttpSession::find_stream(std::string_view name) const {
  for (const auto& [id, kept] : running_) {
    if (kept.stream == name) return kept.exchange;
  }
  for (const Kept& kept : ended_) {
    if (kept.stream == name) return kept.exchange;
  }
  return nullptr;
}

uint64_t HttpSession::open_listener() {
  if (!listener_) {
    listener_ = std::make_unique<Outbox>(loop_, Outbox::Keep::kYes, Outbox::Limits{});
    listener_stream_ = std::to_string(next_stream_++);
    outlet_ = std::make_unique<Outlet>(*listener_);
  }
  forgetting_.reset();
  session_->set_outlet(outlet_.get());
  listening_ = ++readers_;
  return listening_;
}

void HttpSession::close_listener(uint64_t reader) {
  if (reader != listening_) return;
  listening_ = 0;
  touch();
  if (listener_->is_closed()) return;
  forgetting_.emplace(loop_, loop_.now() + kListenerKept, [this] {
    session_->set_outlet(nullptr);
    listener_->forget();
  });
}

void HttpSession::send_listener_away(uint64_t reader) {
  if (reader == listening_) listener_->send_reader_away();
}

HttpSessions::HttpSessions(base::Loop& loop, base::Random& random, SessionLimits limits)
    : loop_(loop), random_(random), limits_(limits) {}

base::Result<std::shared_ptr<HttpSession>> HttpSessions::open(std::shared_ptr<Session> session) {
  const Principal& principal = session->principal();
  auto own = static_cast<size_t>(std::ranges::count_if(
      sessions_, [&](const auto& each) { return each.second->session()->principal() == principal; }));
  // More than one too many, where the limit was made smaller meanwhile.
  while (own >= limits_.sessions_per_principal_max && evict(&principal)) --own;
  const bool has_room =
      own < limits_.sessions_per_principal_max && (sessions_.size() < limits_.sessions_max || evict(nullptr));
  if (!has_room) {
    return base::fail(base::Code::kRateLimited,
                      "Too many sessions are open and busy. End one with DELETE, or try again later.");
  }
  std::string id = crypto::random_token(random_, kIdBytes);
  auto opened = std::make_shared<HttpSession>(loop_, id, std::move(session));
  sessions_.emplace(std::move(id), opened);
  arm();
  return opened;
}

std::shared_ptr<HttpSession> HttpSessions::find(std::string_view id, const Principal& principal) {
  const auto found = sessions_.find(std::string(id));
  if (found == sessions_.end() || found->second->session()->principal() != principal) return nullptr;
  if (is_expired(*found->second)) {
    end(found->first);
    return nullptr;
  }
  found->second->touch();
  return found->second;
}

bool HttpSessions::is_foreign(std::string_view id, const Principal& principal) const {
  const auto found = sessions_.find(std::string(id));
  return found != sessions_.end() && found->second->session()->principal() != principal;
}

void HttpSessions::end(std::string id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const auto session = std::move(found->second);
  sessions_.erase(found);
  session->end();
}

bool HttpSessions::end_by_handle(std::string_view handle) {
  const auto found =
      std::ranges::find_if(sessions_, [&](const auto& each) { return each.second->handle() == handle; });
  if (found == sessions_.end()) return false;
  end(found->first);
  return true;
}

void HttpSessions::close_listeners() {
  for (const auto& [id, session] : sessions_) {
    if (session->has_listener()) session->listener().close();
  }
}

size_t HttpSessions::end_all_of(std::string_view principal) {
  std::vector<std::string> theirs;
  for (const auto& [id, session] : sessions_) {
    if (session->session()->principal().id == principal) theirs.push_back(id);
  }
  for (const std::string& id : theirs) end(id);
  return theirs.size();
}

std::vector<std::shared_ptr<const HttpSession>> HttpSessions::list() const {
  std::vector<std::shared_ptr<const HttpSession>> all;
  for (const auto& [id, session] : sessions_) {
    if (!is_expired(*session)) all.push_back(session);
  }
  std::ranges::sort(all, {}, [](const auto& session) { return session->opened(); });
  return all;
}

bool HttpSessions::is_expired(const HttpSession& session) const {
  const base::Instant now = loop_.now();
  if (now - session.opened() >= limits_.life_max) return true;
  return !session.is_busy() && now - session.last_used() >= limits_.idle_max;
}

// Ends the session that has idled longest, of `principal` when one is given.
bool HttpSessions::evict(const Principal* principal) {
  auto oldest = sessions_.end();
  for (auto each = sessions_.begin(); each != sessions_.end(); ++each) {
    const HttpSession& session = *each->second;
    if (session.is_busy() || (principal != nullptr && session.session()->principal() != *principal)) continue;
    if (oldest == sessions_.end() || session.last_used() < oldest->second->last_used()) oldest = each;
  }
  if (oldest == sessions_.end()) return false;
  end(oldest->first);
  return true;
}

void HttpSessions::sweep() {
  std::vector<std::string> expired;
  for (const auto& [id, session] : sessions_) {
    if (is_expired(*session)) expired.push_back(id);
  }
  for (std::string& id : expired) end(std::move(id));
  if (!sessions_.empty()) arm();
}

void HttpSessions::arm() {
  if (timer_) return;
  timer_.emplace(loop_, loop_.now() + kSweepEvery, [this] {
    timer_.reset();
    sweep();
  });
}

}  // namespace mcp
