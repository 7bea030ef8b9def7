// What a legacy client agreed on at initialize, and the requests that we have open with it (2025-11-25
// basic/lifecycle). A session belongs to one principal and to one connection of stdio or one Mcp-Session-Id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "base/result.h"
#include "mcp/channel.h"
#include "mcp/context.h"
#include "mcp/events.h"
#include "mcp/message.h"
#include "mcp/principal.h"
#include "mcp/version.h"

namespace mcp {

class Session final : public Listener {
 public:
  struct Agreed {
    Principal principal;
    Revision revision;
    json::Object client_capabilities;
  };
  static constexpr size_t kSubscriptionsMax = 100;

  // The loop and the events must outlive it.
  Session(base::Loop& loop, Events& events, Agreed agreed);

  const Principal& principal() const { return agreed_.principal; }
  Revision revision() const { return agreed_.revision; }
  const json::Object& client_capabilities() const { return agreed_.client_capabilities; }

  Severity log_level() const { return log_level_; }
  void set_log_level(Severity least) { log_level_ = least; }

  // resources/subscribe and unsubscribe; kRateLimited beyond the limit.
  base::Result<void> subscribe(std::string uri);
  void unsubscribe(std::string_view uri);

  // Where notifications go that belong to no request; null while there is no such way. It must outlive its use.
  void set_outlet(Channel* outlet);

  // Sends a request to the client on `channel`, which must outlive the task, and waits for the response.
  base::Task<base::Result<json::Object>> ask(Channel& channel, std::string method, json::Object params);
  // A response of the client; one that nobody waits for is ignored.
  void answer(Response response);

  void on_event(const Event& event) override;
  const Principal* hears_of(std::string_view uri) const override;

 private:
  using Outcome = base::Result<json::Object>;

  base::Loop& loop_;
  Events& events_;
  Agreed agreed_;
  Severity log_level_ = Severity::kInfo;
  std::set<std::string, std::less<>> subscriptions_;
  Channel* outlet_ = nullptr;
  int64_t next_id_ = 1;
  std::map<int64_t, base::Completion<Outcome>::Setter> open_;
  Events::Subscription subscription_;
};

}  // namespace mcp
