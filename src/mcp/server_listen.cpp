// subscriptions/listen (2026-07-28 basic/utilities/subscriptions): a request that stays open and carries notifications.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "mcp/server.h"

namespace mcp {
namespace {

constexpr std::string_view kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";
constexpr size_t kUrisMax = 100;

// What a client wants to hear, and may.
struct Filter {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  std::set<std::string, std::less<>> uris;
};

std::optional<Filter> read_filter(const json::Object& params) {
  const json::Value* wanted = params.find("notifications");
  if (wanted == nullptr || !wanted->is_object()) return std::nullopt;
  Filter filter;
  const auto read_flag = [&](std::string_view name, bool& flag) {
    const json::Value* value = wanted->find(name);
    if (value == nullptr) return true;
    if (!value->is_boolean()) return false;
    flag = value->boolean();
    return true;
  };
  if (!read_flag("toolsListChanged", filter.tools) || !read_flag("promptsListChanged", filter.prompts) ||
      !read_flag("resourcesListChanged", filter.resources)) {
    return std::nullopt;
  }
  const json::Value* uris = wanted->find("resourceSubscriptions");
  if (uris == nullptr) return filter;
  if (!uris->is_array() || uris->array().size() > kUrisMax) return std::nullopt;
  for (const json::Value& uri : uris->array()) {
    if (!uri.is_string()) return std::nullopt;
    filter.uris.insert(uri.string());
  }
  return filter;
}

json::Object to_object(const Filter& filter) {
  json::Object object;
  if (filter.tools) object.append("toolsListChanged", true);
  if (filter.prompts) object.append("promptsListChanged", true);
  if (filter.resources) object.append("resourcesListChanged", true);
  if (!filter.uris.empty()) {
    json::Array uris;
    for (const std::string& uri : filter.uris) uris.emplace_back(uri);
    object.append("resourceSubscriptions", std::move(uris));
  }
  return object;
}

}  // namespace

class Server::ListenStream final : public Listener {
 public:
  ListenStream(const Incoming& incoming, Filter filter) : incoming_(incoming), filter_(std::move(filter)) {}

  // The first message on the stream says what will be heard.
  void acknowledge() const {
    send("notifications/subscriptions/acknowledged", json::Object{{"notifications", to_object(filter_)}});
  }
  json::Object meta() const { return {{std::string(kSubscriptionKey), to_json(incoming_.call.id)}}; }

  void on_event(const Event& event) override {
    if (event.principal_id && *event.principal_id != incoming_.principal.id) return;
    if (!wants(event)) return;
    json::Object params;
    if (event.kind == Event::Kind::kResourceUpdated) params.append("uri", event.uri);
    send(notification_of(event.kind), std::move(params));
  }
  const Principal* hears_of(std::string_view uri) const override {
    return filter_.uris.contains(uri) ? &incoming_.principal : nullptr;
  }

 private:
  bool wants(const Event& event) const {
    switch (event.kind) {
      case Event::Kind::kToolsChanged:
        return filter_.tools;
      case Event::Kind::kPromptsChanged:
        return filter_.prompts;
      case Event::Kind::kResourcesChanged:
        return filter_.resources;
      case Event::Kind::kResourceUpdated:
        return filter_.uris.contains(event.uri);
    }
    return false;
  }
  void send(std::string_view method, json::Object params) const {
    params.append("_meta", meta());
    incoming_.channel->send(encode_notification(method, std::move(params)));
  }

  const Incoming& incoming_;
  Filter filter_;
};

base::Task<Server::Answer> Server::listen(Incoming& incoming) {
  auto filter = read_filter(incoming.call.params);
  if (!filter) {
    co_return std::unexpected(
        invalid_params("Listening needs notifications: booleans per list, and at most 100 resourceSubscriptions."));
  }
  if (incoming.channel == nullptr || !incoming.channel->is_open()) {
    co_return std::unexpected(invalid_params("Listening needs a client that accepts text/event-stream."));
  }
  if (listens_.size() >= options_.listens_max) {
    co_return std::unexpected(Failure{{code::kInternal, "Too many clients listen. Try again later."}});
  }
  filter->tools = filter->tools && !tools_.empty();
  filter->prompts = filter->prompts && !prompts_.empty();
  const bool has_resources = !resources_.empty() || !templates_.empty();
  filter->resources = filter->resources && has_resources;
  if (!has_resources) filter->uris.clear();

  ListenStream stream(incoming, *std::move(filter));
  stream.acknowledge();
  const Events::Subscription subscription(events_, stream);
  const base::Completion<bool> ended(services_.loop);
  const uint64_t number = next_listen_++;
  listens_.emplace(number, ended.setter());
  struct Leave {
    std::map<uint64_t, base::Completion<bool>::Setter>& listens;
    uint64_t number;
    ~Leave() { listens.erase(number); }
  };
  const Leave leave{listens_, number};
  std::optional<base::Timer> end;
  if (options_.listen_life.count() > 0) {
    end.emplace(services_.loop, services_.loop.now() + options_.listen_life, [set = ended.setter()] { set(true); });
  }
  co_await ended;
  co_return json::Object{{"_meta", stream.meta()}};
}

}  // namespace mcp
