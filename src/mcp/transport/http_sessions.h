// The sessions of legacy HTTP clients (2025-11-25 basic/transports, "Session Management"): each belongs to the
// principal that opened it, has an id that cannot be guessed, and ends by DELETE, by idling, or to make room for a
// newer one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/loop.h"
#include "base/random.h"
#include "base/result.h"
#include "mcp/message.h"
#include "mcp/session.h"
#include "mcp/transport/exchange.h"
#include "mcp/transport/outbox.h"

namespace mcp {

class HttpSession {
 public:
  HttpSession(base::Loop& loop, std::string id, std::shared_ptr<Session> session);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  const std::string& id() const { return id_; }
  // Stands for the session where its id must not be shown: a digest of it, of no use to a client.
  std::string handle() const;
  const std::shared_ptr<Session>& session() const { return session_; }
  base::Instant opened() const { return opened_; }
  base::Instant last_used() const { return last_used_; }
  void touch() { last_used_ = loop_.now(); }
  // Drops what runs and ends its streams; whoever still holds it finds nothing more to do.
  void end();
  // Something of it still runs or listens, so it is not idle.
  bool is_busy() const;

  bool is_running(const Id& id);
  size_t running() const { return running_.size(); }
  // Keeps an exchange until it has ended, and as a stream for a while longer. The stream's name is unique here.
  std::string keep(const Id& id, std::shared_ptr<Exchange> exchange);
  // The one with this id: notifications/cancelled.
  void cancel(const Id& id);
  // A running or recently ended stream.
  std::shared_ptr<Exchange> find_stream(std::string_view name) const;

  // The stream of GET, for what belongs to no request. Of a client that has gone, it keeps so long what happens, for
  // when the client comes back; then it keeps nothing more, and the session is told nothing.
  static constexpr base::Duration kListenerKept = std::chrono::minutes(2);
  // A reader comes, and takes the place of one who is there. Gives its number, for close_listener().
  uint64_t open_listener();
  // Does nothing once another reader has come.
  void close_listener(uint64_t reader);
  bool listens() const { return listening_ != 0; }
  // Ends the connection of this reader, who may come back.
  void send_listener_away(uint64_t reader);
  // Once a reader has come: its messages, and its name among the streams of the session.
  bool has_listener() const { return listener_ != nullptr; }
  Outbox& listener() { return *listener_; }
  const std::string& listener_stream() const { return listener_stream_; }

 private:
  class Outlet;
  struct Kept {
    std::string stream;
    std::shared_ptr<Exchange> exchange;
  };
  void sweep();

  base::Loop& loop_;
  std::string id_;
  std::shared_ptr<Session> session_;
  base::Instant opened_;
  base::Instant last_used_;
  std::map<Id, Kept> running_;
  std::deque<Kept> ended_;
  int64_t next_stream_ = 1;
  std::unique_ptr<Outbox> listener_;
  std::string listener_stream_;
  std::unique_ptr<Outlet> outlet_;
  uint64_t listening_ = 0;  // The reader that is there.
  uint64_t readers_ = 0;
  std::optional<base::Timer> forgetting_;
};

struct SessionLimits {
  size_t sessions_max = 1000;
  size_t sessions_per_principal_max = 3;
  base::Duration idle_max = std::chrono::minutes(30);
  base::Duration life_max = std::chrono::hours(24);  // Also of one that is in use.
};

class HttpSessions {
 public:
  HttpSessions(base::Loop& loop, base::Random& random, SessionLimits limits);

  // Makes room by ending an idle session, first of the same principal. kRateLimited when all are busy.
  base::Result<std::shared_ptr<HttpSession>> open(std::shared_ptr<Session> session);
  // Null when there is none with this id, when it has idled too long, or when it is someone else's: a stranger must not
  // learn that it exists. Counts as use.
  std::shared_ptr<HttpSession> find(std::string_view id, const Principal& principal);
  // Whether there is one with this id that is someone else's: for the audit trail, never for an answer.
  bool is_foreign(std::string_view id, const Principal& principal) const;
  void end(std::string id);
  // By its handle, whoever it belongs to. False when there is none.
  bool end_by_handle(std::string_view handle);
  // Ends the stream of every session that carries what belongs to no request.
  void close_listeners();
  // For sessions that are opened from now on.
  void limit_per_principal(size_t sessions) { limits_.sessions_per_principal_max = sessions; }
  // Those of one principal. Gives their number.
  size_t end_all_of(std::string_view principal);
  size_t size() const { return sessions_.size(); }
  // Those that have not expired, the oldest first.
  std::vector<std::shared_ptr<const HttpSession>> list() const;

 private:
  bool evict(const Principal* principal);
  bool is_expired(const HttpSession& session) const;
  void sweep();
  void arm();

  base::Loop& loop_;
  base::Random& random_;
  SessionLimits limits_;
  std::unordered_map<std::string, std::shared_ptr<HttpSession>> sessions_;
  std::optional<base::Timer> timer_;
};

}  // namespace mcp
