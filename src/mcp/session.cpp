#include "mcp/session.h"

#include <utility>

namespace mcp {
namespace {

base::Result<json::Object> outcome_of(Response response) {
  if (!response.outcome) {
    return base::fail(base::Code::kCancelled, "The client refused to answer. Try again, or use another client.");
  }
  if (!response.outcome->is_object()) {
    return base::fail(base::Code::kCancelled, "The client answered with something that is no answer.");
  }
  return std::move(response.outcome->object());
}

// Forgets an open request, also when its waiter is dropped.
class Forget {
 public:
  explicit Forget(std::function<void()> action) : action_(std::move(action)) {}
  ~Forget() { action_(); }
  Forget(const Forget&) = delete;
  Forget& operator=(const Forget&) = delete;

 private:
  std::function<void()> action_;
};

}  // namespace

Session::Session(base::Loop& loop, Events& events, Agreed agreed)
    : loop_(loop), events_(events), agreed_(std::move(agreed)), subscription_(events, *this) {}

base::Result<void> Session::subscribe(std::string uri) {
  if (subscriptions_.size() >= kSubscriptionsMax && !subscriptions_.contains(uri)) {
    return base::fail(base::Code::kRateLimited, "Too many subscriptions. Unsubscribe from some resources first.");
  }
  if (subscriptions_.insert(std::move(uri)).second) events_.tell_interest_changed();
  return {};
}

void Session::unsubscribe(std::string_view uri) {
  const auto found = subscriptions_.find(uri);
  if (found == subscriptions_.end()) return;
  subscriptions_.erase(found);
  events_.tell_interest_changed();
}

void Session::set_outlet(Channel* outlet) {
  if (std::exchange(outlet_, outlet) != outlet && !subscriptions_.empty()) events_.tell_interest_changed();
}

const Principal* Session::hears_of(std::string_view uri) const {
  return outlet_ != nullptr && subscriptions_.contains(uri) ? &agreed_.principal : nullptr;
}

base::Task<base::Result<json::Object>> Session::ask(Channel& channel, std::string method, json::Object params) {
  if (!channel.is_open()) {
    co_return base::fail(base::Code::kForbidden, "The client takes no questions here. Let it accept event streams.");
  }
  const int64_t id = next_id_++;
  const base::Completion<Outcome> done(loop_);
  open_.emplace(id, done.setter());
  const Forget forget([this, id] { open_.erase(id); });
  channel.send(encode_call(id, method, std::move(params)));
  co_return co_await done;
}

void Session::answer(Response response) {
  const auto* id = std::get_if<int64_t>(&response.id);
  if (id == nullptr) return;
  const auto found = open_.find(*id);
  if (found != open_.end()) found->second(outcome_of(std::move(response)));
}

void Session::on_event(const Event& event) {
  if (outlet_ == nullptr) return;
  if (event.principal_id && *event.principal_id != agreed_.principal.id) return;
  json::Object params;
  if (event.kind == Event::Kind::kResourceUpdated) {
    if (!subscriptions_.contains(event.uri)) return;
    params.append("uri", event.uri);
  }
  outlet_->send(encode_notification(notification_of(event.kind), std::move(params)));
}

}  // namespace mcp
