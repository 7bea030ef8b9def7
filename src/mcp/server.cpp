// What a server offers, the table of methods, and what every answer has in common.
#include "mcp/server.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "json/write.h"
#include "mcp/job.h"
#include "mcp/server_methods.h"

namespace mcp {
namespace {

constexpr std::string_view kServerInfoKey = "io.modelcontextprotocol/serverInfo";

ServerOptions with_keys(ServerOptions options, base::Random& random) {
  if (options.state_keys.empty()) options.state_keys.push_back(crypto::Key::generate(random));
  return options;
}

std::optional<json::Value> take_progress_token(const json::Object& params) {
  const json::Value* meta = params.find("_meta");
  const json::Value* token = meta == nullptr ? nullptr : meta->find("progressToken");
  if (token == nullptr || !parse_id(*token)) return std::nullopt;
  return *token;
}

// A wrong declaration is a bug of the program that holds this server. It ends at once, and says what is wrong.
void refuse(const std::optional<std::string>& flaw) {
  if (flaw) base::check_failed(flaw->c_str(), __FILE__, __LINE__);
}

void refuse_second(bool is_second, const std::string& name) {
  if (is_second) refuse(name + ": there is one of this name already");
}

}  // namespace

std::string quoted(std::string_view name) {
  constexpr size_t kShownBytesMax = 64;
  std::string shown;
  for (const char c : name.substr(0, kShownBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte >= 0x7F ? '?' : c;
  }
  return fmt::format("\"{}{}\"", shown, name.size() > kShownBytesMax ? "..." : "");
}

std::string misfit(std::string_view key, std::string_view flaw) {
  return fmt::format("The answer to {} does not fit its form. {}", quoted(key), flaw);
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  constexpr size_t kComparedBytesMax = 128;
  if (name.size() > kComparedBytesMax) return "";
  const auto near = base::closest(name, candidates);
  return near ? fmt::format(" Did you mean {}?", *near) : "";
}

Incoming Incoming::modern(ModernCall modern, Principal principal, Channel* channel) {
  return {std::move(modern.call),
          Revision::k2026_07_28,
          std::move(principal),
          std::move(modern.envelope.client_capabilities),
          modern.envelope.log_level,
          std::move(modern.envelope.progress_token),
          nullptr,
          channel};
}

Incoming Incoming::legacy(Call call, Principal principal, std::shared_ptr<Session> session, Channel* channel) {
  auto token = take_progress_token(call.params);
  return {std::move(call),      session->revision(), std::move(principal), session->client_capabilities(),
          session->log_level(), std::move(token),    session,              channel};
}

enum class Eras { kBoth, kLegacy, kModern };

struct Server::Method {
  std::string_view name;
  Eras eras;
  Answer (Server::*now)(Incoming&) = nullptr;  // One of the two.
  base::Task<Answer> (Server::*later)(Incoming&) = nullptr;
};

const Server::Method* Server::find_method(std::string_view name, Era era) {
  // In the order of how often they come.
  static constexpr std::array kMethods{
      Method{"tools/call", Eras::kBoth, nullptr, &Server::call_tool},
      Method{"tools/list", Eras::kBoth, &Server::list_tools},
      Method{"resources/read", Eras::kBoth, nullptr, &Server::read_resource},
      Method{"ping", Eras::kLegacy, &Server::ping},
      Method{"server/discover", Eras::kModern, &Server::discover},
      Method{"prompts/get", Eras::kBoth, nullptr, &Server::get_prompt},
      Method{"prompts/list", Eras::kBoth, &Server::list_prompts},
      Method{"resources/list", Eras::kBoth, &Server::list_resources},
      Method{"resources/templates/list", Eras::kBoth, &Server::list_templates},
      Method{"completion/complete", Eras::kBoth, nullptr, &Server::complete},
      Method{"resources/subscribe", Eras::kLegacy, &Server::subscribe},
      Method{"resources/unsubscribe", Eras::kLegacy, &Server::unsubscribe},
      Method{"logging/setLevel", Eras::kLegacy, &Server::set_log_level},
      Method{"subscriptions/listen", Eras::kModern, nullptr, &Server::listen},
      Method{"tasks/get", Eras::kModern, &Server::get_task},
      Method{"tasks/update", Eras::kModern, &Server::update_task},
      Method{"tasks/cancel", Eras::kModern, &Server::cancel_task},
  };
  for (const Method& method : kMethods) {
    if (method.name != name) continue;
    const bool known = method.eras == Eras::kBoth || (method.eras == Eras::kModern) == (era == Era::kModern);
    return known ? &method : nullptr;
  }
  return nullptr;
}

Server::Server(Services services, ServerOptions options)
    : services_(services),
      options_(with_keys(std::move(options), services_.random)),
      cursors_(options_.state_keys),
      states_(std::move(options_.state_keys), services_.clock, services_.random),
      own_spent_states_(services_.clock),
      jobs_(services_.loop) {
  ENSURE(!options_.info.name.empty() && !options_.info.version.empty() && options_.page_size > 0);
  const json::Object meta{{std::string(kServerInfoKey), describe_self(Revision::k2026_07_28)}};
  modern_tail_ = fmt::format(R"(,"_meta":{})", json::write(meta));
}

Server::~Server() = default;

void Server::add(Tool tool) {
  refuse(find_flaw(tool));
  refuse_second(tools_by_name_.contains(tool.info.name), tool.info.name);
  auto header_params = find_header_params(tool.input_schema);
  if (!header_params) refuse(tool.info.name + ": " + header_params.error());
  const ToolEntry& entry = tools_.emplace_back(std::move(tool), *std::move(header_params));
  tools_by_name_.emplace(entry.tool.info.name, &entry);
}

void Server::add(Prompt prompt) {
  refuse(find_flaw(prompt));
  refuse_second(std::ranges::find(prompts_, prompt.name, &Prompt::name) != prompts_.end(), prompt.name);
  prompts_.push_back(std::move(prompt));
}

void Server::add(Resource resource) {
  refuse(find_flaw(resource));
  refuse_second(std::ranges::find(resources_, resource.uri, &Resource::uri) != resources_.end(), resource.uri);
  resources_.push_back(std::move(resource));
}

void Server::add(ResourceTemplate resource) {
  refuse(find_flaw(resource));
  const auto same = std::ranges::find(templates_, resource.uri_template, &ResourceTemplate::uri_template);
  refuse_second(same != templates_.end(), resource.uri_template);
  templates_.push_back(std::move(resource));
}

void Server::use(ToolMiddleware middleware) { middleware_.push_back(std::move(middleware)); }

Server::Failure Server::invalid_params(std::string message, std::optional<RefusedRequest::Why> refused) {
  return {{code::kInvalidParams, std::move(message)}, 200, refused};
}

Server::Failure Server::method_not_found(const Incoming& incoming) const {
  // Clients tell by the body that this is no plain 404.
  const bool modern = era_of(incoming.revision) == Era::kModern;
  return {{code::kMethodNotFound, "Method not found: " + quoted(incoming.call.method)}, modern ? 404 : 200};
}

base::Task<Reply> Server::handle(Incoming incoming) {
  const Method* method = find_method(incoming.call.method, era_of(incoming.revision));
  if (method == nullptr) co_return finish(incoming, std::unexpected(method_not_found(incoming)));
  std::optional<Answer> answer;
  if (method->now != nullptr) {
    answer.emplace((this->*method->now)(incoming));
  } else {
    auto later = (this->*method->later)(incoming);
    answer.emplace(co_await std::move(later));
  }
  if (!*answer && answer->error().refused && options_.auditor != nullptr) {
    auto telling = tell(incoming, *answer->error().refused);
    co_await std::move(telling);
  }
  co_return finish(incoming, *std::move(answer));
}

base::Task<void> Server::tell(const Incoming& incoming, RefusedRequest::Why why) const {
  using Why = RefusedRequest::Why;
  const std::string_view member = why == Why::kTask ? "taskId" : why == Why::kCursor ? "cursor" : "requestState";
  const json::Value* handle = incoming.call.params.find(member);
  RefusedRequest refused{.why = why,
                         .code = why == Why::kTask ? base::Code::kNotFound : base::Code::kInvalidArgument,
                         .source = incoming.principal.source,
                         .value = handle != nullptr && handle->is_string() ? handle->string() : "",
                         .principal = incoming.principal};
  auto telling = options_.auditor->refused(std::move(refused));
  co_await std::move(telling);
}

Reply Server::finish(const Incoming& incoming, Answer answer) const {
  const Id& id = incoming.call.id;
  if (!answer) return {encode_error(id, std::move(answer.error().error)), answer.error().http_status};
  if (incoming.written) {
    const bool is_modern = era_of(incoming.revision) == Era::kModern;
    return {encode_result_with(id, is_modern ? R"("resultType":"complete",)" : "", *incoming.written,
                               is_modern ? modern_tail_ : std::string_view())};
  }
  if (era_of(incoming.revision) == Era::kLegacy) return {encode_result(id, *std::move(answer))};
  // A result that names its type or has a _meta of its own is completed; all others share ready text.
  const bool typed = answer->find("resultType") != nullptr;
  if (json::Value* meta = answer->find("_meta")) {
    meta->object().set(std::string(kServerInfoKey), describe_self(incoming.revision));
    if (!typed) answer->append("resultType", "complete");
    return {encode_result(id, *std::move(answer))};
  }
  if (typed) return {encode_result_with(id, "", *answer, modern_tail_)};
  return {encode_result_with(id, answer->empty() ? R"("resultType":"complete")" : R"("resultType":"complete",)",
                             *answer, modern_tail_)};
}

json::Object Server::describe_self(Revision revision) const {
  json::Object self{{"name", options_.info.name}};
  if (revision >= Revision::k2025_06_18 && !options_.info.title.empty()) self.append("title", options_.info.title);
  self.append("version", options_.info.version);
  return self;
}

json::Object Server::capabilities(Revision revision) const {
  json::Object declared;
  if (!tools_.empty()) declared.append("tools", json::Object{{"listChanged", true}});
  if (!prompts_.empty()) declared.append("prompts", json::Object{{"listChanged", true}});
  if (!resources_.empty() || !templates_.empty()) {
    declared.append("resources", json::Object{{"subscribe", true}, {"listChanged", true}});
  }
  const bool completes =
      std::ranges::any_of(prompts_, [](const Prompt& each) { return each.complete != nullptr; }) ||
      std::ranges::any_of(templates_, [](const ResourceTemplate& each) { return each.complete != nullptr; });
  if (completes && revision >= Revision::k2025_03_26) declared.append("completions", json::Object{});
  if (options_.logging == Logging::kOn) declared.append("logging", json::Object{});
  if (era_of(revision) == Era::kModern && offers_tasks()) {
    declared.append("extensions", json::Object{{std::string(kTasksExtension), json::Object{}}});
  }
  return declared;
}

Server::Answer Server::discover(Incoming& incoming) {
  json::Array versions;
  for (const Revision revision : kAllRevisions) {
    if (era_of(revision) == Era::kModern) versions.emplace_back(revision_name(revision));
  }
  json::Object result{{"supportedVersions", std::move(versions)}, {"capabilities", capabilities(incoming.revision)}};
  if (!options_.instructions.empty()) result.append("instructions", options_.instructions);
  add_freshness(result, incoming, options_.list_ttl);
  return result;
}

std::expected<Server::Opened, RpcError> Server::open_session(const Call& initialize, Principal principal) {
  const json::Value* asked = initialize.params.find("protocolVersion");
  const json::Value* capabilities_given = initialize.params.find("capabilities");
  if (asked == nullptr || !asked->is_string()) {
    return std::unexpected(RpcError{code::kInvalidParams, "initialize needs a protocolVersion."});
  }
  if (capabilities_given != nullptr && !capabilities_given->is_object()) {
    return std::unexpected(RpcError{code::kInvalidParams, "The capabilities of a client are an object."});
  }
  // The version that was asked for if we speak it, or else the newest that has a handshake.
  auto revision = parse_revision(asked->string());
  if (!revision || era_of(*revision) == Era::kModern) revision = kLatestLegacy;
  json::Object result{{"protocolVersion", revision_name(*revision)},
                      {"capabilities", capabilities(*revision)},
                      {"serverInfo", describe_self(*revision)}};
  if (!options_.instructions.empty()) result.append("instructions", options_.instructions);
  Session::Agreed agreed{std::move(principal), *revision, {}};
  if (capabilities_given != nullptr) agreed.client_capabilities = capabilities_given->object();
  if (options_.auditor == nullptr) {
    return Opened{std::make_shared<Session>(services_.loop, events_, std::move(agreed)), std::move(result)};
  }
  options_.auditor->session_opened(agreed.principal, agreed.revision);
  const auto end = [auditor = options_.auditor](const Session* session) {
    auditor->session_ended(session->principal(), session->revision());
    delete session;
  };
  return Opened{std::shared_ptr<Session>(new Session(services_.loop, events_, std::move(agreed)), end),
                std::move(result)};
}

std::optional<RpcError> Server::find_header_error(const Call& call, const Principal& principal,
                                                  const http::Headers& headers) const {
  if (call.method != "tools/call") return std::nullopt;
  const json::Value* name = call.params.find("name");
  const ToolEntry* entry = name != nullptr && name->is_string() ? find_tool(name->string()) : nullptr;
  if (entry == nullptr || entry->header_params.empty() || !is_visible(entry->tool, principal)) return std::nullopt;
  return find_header_param_error(entry->header_params, call.params.find("arguments"), headers);
}

bool Server::is_visible(const Tool& tool, const Principal& principal) const {
  return !options_.visible || options_.visible(tool, principal);
}

const Server::ToolEntry* Server::find_tool(std::string_view name) const {
  const auto found = tools_by_name_.find(name);
  return found == tools_by_name_.end() ? nullptr : found->second;
}

void Server::close_listens() {
  for (const auto& [id, end] : listens_) end(true);
}

}  // namespace mcp
