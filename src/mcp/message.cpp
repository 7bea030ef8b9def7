#include "mcp/message.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "json/write.h"

namespace mcp {
namespace {

constexpr std::array<std::string_view, 6> kEnvelopeNames{"jsonrpc", "id", "method", "params", "result", "error"};
// Members of params that a method reads. What stands inside `arguments` and the like is the tool's own.
constexpr std::array<std::string_view, 20> kParamNames{
    "_meta",     "name",   "arguments", "uri",           "cursor",          "protocolVersion", "capabilities",
    "requestId", "ref",    "argument",  "context",       "level",           "clientInfo",      "notifications",
    "taskId",    "reason", "progress",  "progressToken", "inputResponses",  "requestState"};
constexpr std::array<std::string_view, 5> kMetaNames{
    "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities",
    "io.modelcontextprotocol/clientInfo", "io.modelcontextprotocol/logLevel", "progressToken"};

constexpr size_t kUsualBytes = 512;  // Most results fit without growing.

// The name that some member is an odd-case spelling of.
std::optional<std::string_view> find_alias(const json::Object& object, std::span<const std::string_view> known) {
  for (const auto& [name, value] : object) {
    for (const std::string_view each : known) {
      if (name == each) break;
      if (base::equals_ignoring_case(name, each)) return each;
    }
  }
  return std::nullopt;
}

Malformed invalid(std::string message, std::optional<Id> id = std::nullopt) {
  return {{code::kInvalidRequest, std::move(message)}, std::move(id)};
}

std::optional<std::string_view> find_any_alias(const json::Object& object) {
  if (const auto alias = find_alias(object, kEnvelopeNames)) return alias;
  const json::Value* params = object.find("params");
  if (params == nullptr || !params->is_object()) return std::nullopt;
  if (const auto alias = find_alias(params->object(), kParamNames)) return alias;
  const json::Value* meta = params->find("_meta");
  if (meta == nullptr || !meta->is_object()) return std::nullopt;
  return find_alias(meta->object(), kMetaNames);
}

// The id of a response is that of a request of ours: a refusal that named it would look like the answer to a request of
// the client that has the same id.
std::expected<Message, Malformed> decode_response(json::Object& object, const std::optional<Id>& id) {
  json::Value* result = object.find("result");
  json::Value* error = object.find("error");
  if (!id || (result != nullptr) == (error != nullptr)) {
    const bool is_response = result != nullptr || error != nullptr;
    return std::unexpected(invalid("A message has a method, or an id with either a result or an error.",
                                   is_response ? std::nullopt : id));
  }
  if (result != nullptr) return Response{*id, std::move(*result)};
  const json::Value* number = error->find("code");
  if (number == nullptr || !number->is_integer()) {
    return std::unexpected(invalid("The error of a response has an integer code and a message.", std::nullopt));
  }
  const int64_t value = std::clamp<int64_t>(number->integer(), INT32_MIN, INT32_MAX);
  RpcError given{static_cast<int>(value), std::string(error->text_or_empty("message"))};
  if (const json::Value* data = error->find("data")) given.data = *data;
  return Response{*id, std::unexpected(std::move(given))};
}

void write_id_to(std::string& out, const Id& id) {
  if (const auto* number = std::get_if<int64_t>(&id)) {
    const fmt::format_int digits(*number);
    out.append(digits.data(), digits.size());
  } else {
    json::write_string_to(out, std::get<std::string>(id));
  }
}

}  // namespace

json::Value to_json(const Id& id) {
  return std::visit([](const auto& value) { return json::Value(value); }, id);
}

std::optional<Id> parse_id(const json::Value& value) {
  if (value.is_integer()) return Id(value.integer());
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value.is_number() && std::trunc(value.number()) == value.number() && std::abs(value.number()) < kExact) {
    return Id(static_cast<int64_t>(value.number()));
  }
  if (value.is_string()) return Id(value.string());
  return std::nullopt;
}

std::expected<json::Value, Malformed> parse_body(std::string_view text, const json::Limits& limits) {
  auto parsed = json::parse(text, limits);
  if (!parsed) {
    return std::unexpected(Malformed{{code::kParseError, "The body is not valid JSON. " + parsed.error().message}});
  }
  return *std::move(parsed);
}

std::expected<Message, Malformed> decode(json::Value value) {
  if (!value.is_object()) return std::unexpected(invalid("A message is a JSON object."));
  json::Object& object = value.object();
  // The id comes first, so that every later refusal can name the request.
  std::optional<Id> id;
  const json::Value* raw_id = object.find("id");
  if (raw_id != nullptr) {
    id = parse_id(*raw_id);
    if (!id) return std::unexpected(invalid("The id of a message is a string or an integer."));
  }
  if (const auto alias = find_any_alias(object)) {
    return std::unexpected(invalid(fmt::format("Names are case-sensitive: write \"{}\" exactly so.", *alias), id));
  }
  if (object.find("jsonrpc") == nullptr || value.text_or_empty("jsonrpc") != "2.0") {
    return std::unexpected(invalid("The message has no \"jsonrpc\":\"2.0\".", id));
  }
  json::Value* method = object.find("method");
  if (method == nullptr) return decode_response(object, id);
  if (!method->is_string() || method->string().empty()) {
    return std::unexpected(invalid("The method of a message is a string.", id));
  }
  if (object.find("result") != nullptr || object.find("error") != nullptr) {
    return std::unexpected(invalid("A message with a method has no result and no error.", id));
  }
  json::Value* params = object.find("params");
  if (params != nullptr && !params->is_object()) {
    return std::unexpected(invalid("The params of a message are an object.", id));
  }
  json::Object given = params == nullptr ? json::Object() : std::move(params->object());
  if (id) return Call{*std::move(id), method->string(), std::move(given)};
  return Notification{method->string(), std::move(given)};
}

std::string encode_result(const Id& id, json::Object result) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  write_id_to(out, id);
  out += R"(,"result":)";
  json::write_to(out, std::move(result));
  out += '}';
  return out;
}

std::string encode_batch(std::span<const std::string> responses) {
  std::string text;
  for (const std::string& response : responses) {
    if (!response.empty()) text.append(text.empty() ? "[" : ",").append(response);
  }
  return text.empty() ? text : text + "]";
}

std::string encode_result_with(const Id& id, std::string_view before, const json::Object& members,
                               std::string_view after) {
  std::string out;
  out.reserve(kUsualBytes);
  out += R"({"jsonrpc":"2.0","id":)";
  write_id_to(out, id);
  out.append(R"(,"result":{)").append(before);
  bool first = true;
  for (const auto& [name, value] : members) {
    if (!std::exchange(first, false)) out += ',';
    json::write_string_to(out, name);
    out += ':';
    json::write_to(out, value);
  }
  out.append(after).append("}}");
  return out;
}

std::string encode_result_with(const Id& id, std::string_view before, std::string_view members,
                               std::string_view after) {
  std::string out;
  out.reserve(kUsualBytes + before.size() + members.size() + after.size());
  out += R"({"jsonrpc":"2.0","id":)";
  write_id_to(out, id);
  out.append(R"(,"result":{)").append(before).append(members).append(after).append("}}");
  return out;
}

std::string encode_error(const std::optional<Id>& id, RpcError error, UnknownId unknown) {
  std::string out = R"({"jsonrpc":"2.0")";
  if (id) {
    out += R"(,"id":)";
    write_id_to(out, *id);
  } else if (unknown == UnknownId::kNull) {
    out += R"(,"id":null)";
  }
  json::Object object{{"code", error.code}, {"message", std::move(error.message)}};
  if (error.data) object.append("data", *std::move(error.data));
  out += R"(,"error":)";
  json::write_to(out, std::move(object));
  out += '}';
  return out;
}

std::string encode_notification(std::string_view method, json::Object params) {
  json::Object message{{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.empty()) message.append("params", std::move(params));
  return json::write(std::move(message));
}

std::string encode_call(const Id& id, std::string_view method, json::Object params) {
  json::Object message{{"jsonrpc", "2.0"}, {"id", to_json(id)}, {"method", method}};
  if (!params.empty()) message.append("params", std::move(params));
  return json::write(std::move(message));
}

}  // namespace mcp
