// The methods that answer from what was declared: lists with cursors, and what a legacy session sets.
#include <utility>

#include "json/write.h"
#include "mcp/server.h"
#include "mcp/server_methods.h"

namespace mcp {
namespace {

template <class T>
json::Object describe_entry(const T& entry, Revision revision) {
  return describe(entry, revision);
}
json::Object describe_entry(const Tool* tool, Revision revision) { return describe(*tool, revision); }

constexpr size_t kUriBytesMax = 4096;

const std::string* find_text(const json::Object& params, std::string_view name) {
  const json::Value* value = params.find(name);
  return value != nullptr && value->is_string() && !value->string().empty() ? &value->string() : nullptr;
}

}  // namespace

void Server::add_freshness(json::Object& result, const Incoming& incoming, std::chrono::milliseconds ttl) const {
  if (era_of(incoming.revision) != Era::kModern) return;
  result.append("ttlMs", int64_t{ttl.count()});
  result.append("cacheScope", is_private(incoming) ? "private" : "public");
}

// A list that depends on who asks must not be shared.
bool Server::is_private(const Incoming& incoming) const {
  return options_.visible != nullptr || incoming.call.method == "resources/read";
}

// A cursor names the last entry of its page, so that it stays right when entries come and go. It opens for its own list
// alone, and where that is private for its principal alone. A page that a cache may hand to another principal has a
// cursor that is of use to that one too, or the cache would end every list after its first page.
std::string Server::purpose_of_cursor(const Incoming& incoming, std::string_view member) const {
  return json::write(json::Array{"mcp-cursor/1", member, is_private(incoming) ? incoming.principal.id : ""});
}

template <class Items, class NameOf>
Server::Answer Server::list(const Incoming& incoming, std::string_view member, const Items& items,
                            NameOf name_of) const {
  auto at = items.begin();
  if (const json::Value* cursor = incoming.call.params.find("cursor")) {
    const auto last = cursor->is_string() ? cursors_.open(purpose_of_cursor(incoming, member), cursor->string())
                                          : std::nullopt;
    if (last) {
      while (at != items.end() && name_of(*at) != *last) ++at;
    }
    if (!last || at == items.end()) {
      return std::unexpected(invalid_params("The cursor is not one of this list. Start again without a cursor.",
                                            RefusedRequest::Why::kCursor));
    }
    ++at;
  }
  json::Array page;
  std::string last;
  for (; at != items.end() && page.size() < options_.page_size; ++at) {
    last = name_of(*at);
    page.emplace_back(describe_entry(*at, incoming.revision));
  }
  json::Object result{{std::string(member), std::move(page)}};
  if (at != items.end()) result.append("nextCursor", cursors_.bind(purpose_of_cursor(incoming, member), last));
  add_freshness(result, incoming, options_.list_ttl);
  return result;
}

Server::Answer Server::list_tools(Incoming& incoming) {
  std::vector<const Tool*> visible;
  for (const ToolEntry& entry : tools_) {
    if (is_visible(entry.tool, incoming.principal)) visible.push_back(&entry.tool);
  }
  return list(incoming, "tools", visible, [](const Tool* tool) { return tool->info.name; });
}

Server::Answer Server::list_prompts(Incoming& incoming) {
  return list(incoming, "prompts", prompts_, [](const Prompt& prompt) { return prompt.name; });
}

Server::Answer Server::list_resources(Incoming& incoming) {
  return list(incoming, "resources", resources_, [](const Resource& resource) { return resource.uri; });
}

Server::Answer Server::list_templates(Incoming& incoming) {
  return list(incoming, "resourceTemplates", templates_,
              [](const ResourceTemplate& resource) { return resource.uri_template; });
}

Server::Answer Server::ping(Incoming&) { return json::Object(); }

Server::Answer Server::set_log_level(Incoming& incoming) {
  if (options_.logging == Logging::kOff) return std::unexpected(method_not_found(incoming));
  const std::string* level = find_text(incoming.call.params, "level");
  const auto severity = level == nullptr ? std::nullopt : parse_severity(*level);
  if (!severity) {
    return std::unexpected(invalid_params(
        "The level is one of debug, info, notice, warning, error, critical, alert, emergency."));
  }
  incoming.session->set_log_level(*severity);
  return json::Object();
}

Server::Answer Server::subscribe(Incoming& incoming) {
  const std::string* uri = find_text(incoming.call.params, "uri");
  if (uri == nullptr || uri->size() > kUriBytesMax) {
    return std::unexpected(invalid_params("A subscription needs the uri of a resource."));
  }
  const auto done = incoming.session->subscribe(*uri);
  if (!done) return std::unexpected(Failure{to_rpc_error(done.error())});
  return json::Object();
}

Server::Answer Server::unsubscribe(Incoming& incoming) {
  const std::string* uri = find_text(incoming.call.params, "uri");
  if (uri == nullptr) return std::unexpected(invalid_params("Unsubscribing needs the uri of a resource."));
  incoming.session->unsubscribe(*uri);
  return json::Object();
}

}  // namespace mcp
