// What changes on the server, and who wants to hear of it: listen streams of the modern era and sessions of the legacy
// era (2026-07-28 basic/utilities/subscriptions; 2025-11-25 server/resources, "Subscriptions").
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/principal.h"

namespace mcp {

struct Event {
  enum class Kind { kToolsChanged, kPromptsChanged, kResourcesChanged, kResourceUpdated };

  Kind kind;
  std::string uri = {};  // Of the resource that was updated.
  // Only this principal hears of it; empty means everyone.
  std::optional<std::string> principal_id = std::nullopt;
};

// The method of the notification that tells of it.
std::string_view notification_of(Event::Kind kind);

class Listener {
 public:
  virtual ~Listener() = default;
  // Must neither add nor remove a listener before it returns.
  virtual void on_event(const Event& event) = 0;
  // For whom it would hear now that the resource was updated; null when it would not.
  virtual const Principal* hears_of(std::string_view uri) const = 0;
};

class Events {
 public:
  // Hears events until it is destroyed. The Events must outlive it.
  class Subscription {
   public:
    Subscription(Events& events, Listener& listener);
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    Events& events_;
    Listener& listener_;
  };

  void publish(const Event& event) const;
  // Each principal once for whom somebody listens to the resource.
  std::vector<Principal> audience_of(std::string_view uri) const;
  // Called whenever somebody began or ceased to listen to something. It must not add or remove a listener before it
  // returns.
  void set_interest_changed(std::function<void()> interest_changed) { interest_changed_ = std::move(interest_changed); }
  // A listener says that what it hears of is not what it was.
  void tell_interest_changed() const {
    if (interest_changed_) interest_changed_();
  }
  size_t size() const { return listeners_.size(); }

 private:
  std::vector<Listener*> listeners_;
  std::function<void()> interest_changed_;
};

}  // namespace mcp
