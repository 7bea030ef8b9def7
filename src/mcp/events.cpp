#include "mcp/events.h"

#include <algorithm>

namespace mcp {

std::string_view notification_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::kToolsChanged:
      return "notifications/tools/list_changed";
    case Event::Kind::kPromptsChanged:
      return "notifications/prompts/list_changed";
    case Event::Kind::kResourcesChanged:
      return "notifications/resources/list_changed";
    case Event::Kind::kResourceUpdated:
      return "notifications/resources/updated";
  }
  return "";
}

Events::Subscription::Subscription(Events& events, Listener& listener) : events_(events), listener_(listener) {
  events_.listeners_.push_back(&listener_);
  events_.tell_interest_changed();
}

Events::Subscription::~Subscription() {
  const auto found = std::ranges::find(events_.listeners_, &listener_);
  *found = events_.listeners_.back();
  events_.listeners_.pop_back();
  events_.tell_interest_changed();
}

void Events::publish(const Event& event) const {
  for (Listener* listener : listeners_) listener->on_event(event);
}

std::vector<Principal> Events::audience_of(std::string_view uri) const {
  std::vector<Principal> audience;
  for (const Listener* listener : listeners_) {
    const Principal* principal = listener->hears_of(uri);
    if (principal != nullptr && std::ranges::find(audience, *principal) == audience.end()) {
      audience.push_back(*principal);
    }
  }
  return audience;
}

}  // namespace mcp
