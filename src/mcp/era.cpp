#include "mcp/era.h"

#include <array>
#include <fmt/format.h>
#include <span>

#include "base/text.h"
#include "crypto/base64.h"

namespace mcp {
namespace {

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kClientInfoKey = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view kLogLevelKey = "io.modelcontextprotocol/logLevel";
constexpr std::string_view kVersionHeader = "MCP-Protocol-Version";
constexpr std::string_view kMethodHeader = "Mcp-Method";
constexpr std::string_view kNameHeader = "Mcp-Name";
// Calls of one batch run side by side, so their number is bounded.
constexpr size_t kBatchMax = 50;

RpcError envelope_error(std::string_view what, std::span<const std::string_view> keys) {
  json::Array names;
  for (const std::string_view key : keys) names.emplace_back(key);
  return {
      code::kInvalidParams,
      fmt::format("Invalid params: the request has {} per-request envelope key(s): {}", what, fmt::join(keys, ", ")),
      json::Object{{"envelope", json::Object{{what == "malformed" ? "invalid" : "missing", std::move(names)}}}}};
}

const json::Object* find_meta(const json::Object& params) {
  const json::Value* meta = params.find("_meta");
  return meta != nullptr && meta->is_object() ? &meta->object() : nullptr;
}

bool has_claim(const json::Object& params) {
  const json::Object* meta = find_meta(params);
  return meta != nullptr && meta->find(kVersionKey) != nullptr;
}

const json::Object& params_of(const Message& message) {
  static const json::Object kNone;
  if (const auto* call = std::get_if<Call>(&message)) return call->params;
  if (const auto* notification = std::get_if<Notification>(&message)) return notification->params;
  return kNone;
}

bool names_modern(const std::optional<std::string_view>& header) {
  if (!header) return false;
  const auto revision = parse_revision(*header);
  return revision && era_of(*revision) == Era::kModern;
}

bool is_client_info(const json::Value& value) {
  const auto is_text = [&](std::string_view name) {
    const json::Value* member = value.find(name);
    return member != nullptr && member->is_string();
  };
  return value.is_object() && is_text("name") && is_text("version");
}

// It is of the same kind as an id.
bool is_token(const json::Value& value) { return parse_id(value).has_value(); }

// Which required keys are missing, or which are there but of the wrong kind.
std::optional<RpcError> find_envelope_error(const json::Object& params) {
  const json::Object* meta = find_meta(params);
  if (meta == nullptr) return envelope_error("missing the required", std::array{std::string_view("_meta")});
  std::vector<std::string_view> missing;
  std::vector<std::string_view> invalid;
  const auto check = [&](std::string_view key, bool required, auto is_valid) {
    const json::Value* value = meta->find(key);
    if (value == nullptr) {
      if (required) missing.push_back(key);
    } else if (!is_valid(*value)) {
      invalid.push_back(key);
    }
  };
  check(kVersionKey, true, [](const json::Value& value) { return value.is_string(); });
  check(kCapabilitiesKey, true, [](const json::Value& value) { return value.is_object(); });
  check(kClientInfoKey, false, is_client_info);
  check(kLogLevelKey, false,
        [](const json::Value& value) { return value.is_string() && parse_severity(value.string()).has_value(); });
  check("progressToken", false, is_token);
  if (!missing.empty()) return envelope_error("missing the required", missing);
  if (!invalid.empty()) return envelope_error("malformed", invalid);
  return std::nullopt;
}

// Only after find_envelope_error found nothing. Takes what it can out of `params`, which nobody reads again.
Envelope take_envelope(json::Object& params) {
  json::Object& meta = params.find("_meta")->object();
  Envelope envelope{meta.find(kVersionKey)->string(), std::move(meta.find(kCapabilitiesKey)->object())};
  if (const json::Value* level = meta.find(kLogLevelKey)) envelope.log_level = parse_severity(level->string());
  if (const json::Value* token = meta.find("progressToken")) envelope.progress_token = *token;
  return envelope;
}

Refusal invalid_request(std::string message, std::optional<Id> id = std::nullopt) {
  return {400, {code::kInvalidRequest, std::move(message)}, std::move(id)};
}

Refusal refusal_of(Malformed malformed) { return {400, std::move(malformed.error), std::move(malformed.id)}; }

Classified classify_batch(const HttpView* http, json::Array items) {
  if (items.empty()) return invalid_request("A batch has at least one message.");
  if (items.size() > kBatchMax) {
    return invalid_request(fmt::format("A batch has at most {} messages. Send fewer at once.", kBatchMax));
  }
  if (http != nullptr && names_modern(http->version)) {
    return invalid_request("Protocol 2026-07-28 has no batches. Send each message by itself.");
  }
  Legacy legacy{{}, Batch::kYes};
  for (json::Value& item : items) {
    auto message = decode(std::move(item));
    if (!message) {
      legacy.malformed.push_back(std::move(message).error());
      continue;
    }
    if (has_claim(params_of(*message))) {
      return invalid_request("Protocol 2026-07-28 has no batches. Send each message by itself.");
    }
    const auto* call = std::get_if<Call>(&*message);
    if (call != nullptr && call->method == "initialize") {
      return invalid_request("Send initialize by itself, not in a batch.", call->id);
    }
    legacy.messages.push_back(*std::move(message));
  }
  return legacy;
}

std::optional<RpcError> find_header_difference(const HttpView* http, std::string_view version,
                                               std::string_view method) {
  if (http == nullptr) return std::nullopt;
  if (http->version && *http->version != version) return header_mismatch(kVersionHeader, http->version, version);
  if (http->rpc_method && *http->rpc_method != method) {
    return header_mismatch(kMethodHeader, http->rpc_method, method);
  }
  return std::nullopt;
}

Classified classify_call(const HttpView* http, Call call) {
  const bool claims = has_claim(call.params);
  const bool header_is_modern = http != nullptr && names_modern(http->version);
  auto flaw = claims || header_is_modern ? find_envelope_error(call.params) : std::nullopt;
  if (call.method == "initialize" && (!claims || flaw)) {
    if (header_is_modern) {
      return Refusal{400,
                     {code::kHeaderMismatch,
                      "Protocol 2026-07-28 has no initialize. Use server/discover, or a version that has it."},
                     std::move(call.id)};
    }
    return Initialize{std::move(call)};
  }
  if (!claims && !header_is_modern) {
    Legacy legacy;
    legacy.messages.emplace_back(std::move(call));
    return legacy;
  }
  if (flaw) return Refusal{400, *std::move(flaw), std::move(call.id)};
  Envelope envelope = take_envelope(call.params);
  if (auto difference = find_header_difference(http, envelope.version, call.method)) {
    return Refusal{400, *std::move(difference), std::move(call.id)};
  }
  return ModernCall{std::move(call), std::move(envelope)};
}

Classified classify_notification(const HttpView* http, Notification notification) {
  const bool claims = has_claim(notification.params);
  if (!claims && (http == nullptr || !names_modern(http->version))) {
    Legacy legacy;
    legacy.messages.emplace_back(std::move(notification));
    return legacy;
  }
  const json::Value* version = claims ? find_meta(notification.params)->find(kVersionKey) : nullptr;
  const std::string_view claimed = version == nullptr     ? *http->version
                                   : version->is_string() ? std::string_view(version->string())
                                                          : "";
  if (auto difference = find_header_difference(http, claimed, notification.method)) {
    return Refusal{400, *std::move(difference)};
  }
  // On a line nothing is ever said to a notification.
  const auto revision = parse_revision(claimed);
  if (http != nullptr && (!revision || era_of(*revision) != Era::kModern)) {
    return Refusal{400, unsupported_version(claimed)};
  }
  return ModernNotification{std::move(notification)};
}

Classified classify_body(const HttpView* http, json::Value body) {
  if (http != nullptr && http->repeated) {
    return Refusal{400, {code::kHeaderMismatch, fmt::format("The header {} comes more than once.", *http->repeated)}};
  }
  if (body.is_array()) return classify_batch(http, std::move(body.array()));
  auto message = decode(std::move(body));
  if (!message) return refusal_of(std::move(message).error());
  if (auto* call = std::get_if<Call>(&*message)) return classify_call(http, std::move(*call));
  if (auto* notification = std::get_if<Notification>(&*message)) {
    return classify_notification(http, std::move(*notification));
  }
  if (http != nullptr && names_modern(http->version)) {
    return invalid_request("Protocol 2026-07-28 has no requests to the client, so there is nothing to respond to.");
  }
  Legacy legacy;
  legacy.messages.push_back(*std::move(message));
  return legacy;
}

// The member of params that Mcp-Name repeats.
std::optional<std::string_view> named_param(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") return "taskId";
  return std::nullopt;
}

std::optional<RpcError> find_name_error(const HttpView& http, const Call& call) {
  const auto param = named_param(call.method);
  if (!param) return std::nullopt;
  const json::Value* value = call.params.find(*param);
  // A missing or malformed name is the method's own error.
  const std::string_view body = value != nullptr && value->is_string() ? std::string_view(value->string()) : "";
  if (!http.name) return header_mismatch(kNameHeader, std::nullopt, body);
  const auto decoded = decode_header_text(*http.name);
  if (!decoded || *decoded != body) return header_mismatch(kNameHeader, http.name, body);
  return std::nullopt;
}

}  // namespace

HttpView view_of(const http::Request& request) {
  HttpView view{request.method, {}, {}, {}};
  // One walk over the lines: this runs for every request.
  for (const auto& [name, value] : request.headers) {
    std::optional<std::string_view>* slot = nullptr;
    std::string_view known;
    if (base::equals_ignoring_case(name, kVersionHeader)) {
      slot = &view.version;
      known = kVersionHeader;
    } else if (base::equals_ignoring_case(name, kMethodHeader)) {
      slot = &view.rpc_method;
      known = kMethodHeader;
    } else if (base::equals_ignoring_case(name, kNameHeader)) {
      slot = &view.name;
      known = kNameHeader;
    } else {
      continue;
    }
    if (*slot) view.repeated = known;
    *slot = base::trim(value);
  }
  return view;
}

std::optional<Classified> classify_method(const HttpView& http) {
  if (http.method == http::Method::kPost) return std::nullopt;
  const bool modern = names_modern(http.version);
  if (!modern && http.method == http::Method::kGet) return OpenStream{};
  if (!modern && http.method == http::Method::kDelete) return EndSession{};
  return Refusal{405, {code::kServerError, "This method is not used here. Send messages with POST."}};
}

Classified classify(const HttpView& http, json::Value body) { return classify_body(&http, std::move(body)); }
Classified classify_line(json::Value body) { return classify_body(nullptr, std::move(body)); }

std::optional<Refusal> find_refusal(const HttpView* http, const ModernCall& modern) {
  const auto refuse = [&](RpcError error) { return Refusal{400, std::move(error), modern.call.id}; };
  const auto revision = parse_revision(modern.envelope.version);
  if (!revision || era_of(*revision) != Era::kModern) return refuse(unsupported_version(modern.envelope.version));
  if (http == nullptr) return std::nullopt;
  if (!http->version) return refuse(header_mismatch(kVersionHeader, std::nullopt, modern.envelope.version));
  if (!http->rpc_method) return refuse(header_mismatch(kMethodHeader, std::nullopt, modern.call.method));
  if (auto error = find_name_error(*http, modern.call)) return refuse(*std::move(error));
  return std::nullopt;
}

std::optional<std::string> decode_header_text(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (!value.starts_with(kPrefix) || !value.ends_with(kSuffix) || value.size() < kPrefix.size() + kSuffix.size()) {
    return std::string(value);
  }
  value.remove_prefix(kPrefix.size());
  value.remove_suffix(kSuffix.size());
  auto text = crypto::base64_decode(value);
  if (!text || !base::is_valid_utf8(*text)) return std::nullopt;
  return text;
}

RpcError unsupported_version(std::string_view requested) {
  json::Array supported;
  for (const Revision revision : kAllRevisions) {
    if (era_of(revision) == Era::kModern) supported.emplace_back(revision_name(revision));
  }
  return {code::kUnsupportedVersion, fmt::format("Unsupported protocol version: {}", requested),
          json::Object{{"supported", std::move(supported)}, {"requested", requested}}};
}

RpcError header_mismatch(std::string_view header_name, std::optional<std::string_view> header, std::string_view body) {
  return {code::kHeaderMismatch,
          header ? fmt::format("The header {} does not say what the body says.", header_name)
                 : fmt::format("The header {} is missing.", header_name),
          json::Object{{"mismatch", json::Object{{"header", header.value_or("(missing)")}, {"body", body}}}}};
}

}  // namespace mcp
