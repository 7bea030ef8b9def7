#include "mcp/question.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "mcp/form.h"

namespace mcp {
namespace {

constexpr std::string_view kElicit = "elicitation/create";
constexpr std::string_view kSample = "sampling/createMessage";

bool is_url_mode(const Question& question) {
  const json::Value* mode = question.params.find("mode");
  return mode != nullptr && mode->is_string() && mode->string() == "url";
}

// Whether a form has a field of a kind that came with 2025-11-25.
bool has_newer_field(const Question& question) {
  const json::Value* schema = question.params.find("requestedSchema");
  const json::Value* properties = schema == nullptr ? nullptr : schema->find("properties");
  if (properties == nullptr || !properties->is_object()) return false;
  return std::ranges::any_of(properties->object(), [](const json::Member& field) {
    return field.value.text_or_empty("type") == "array" || field.value.find("oneOf") != nullptr;
  });
}

// The kinds of content in the messages to sample from; "[]" where a message has several.
std::vector<std::string_view> content_kinds(const Question& question) {
  std::vector<std::string_view> kinds;
  const json::Value* messages = question.params.find("messages");
  if (messages == nullptr || !messages->is_array()) return kinds;
  for (const json::Value& message : messages->array()) {
    const json::Value* content = message.find("content");
    if (content == nullptr) continue;
    kinds.push_back(content->is_array() ? "[]" : content->text_or_empty("type"));
  }
  return kinds;
}

bool uses_tools(const Question& question) {
  return question.params.find("tools") != nullptr || question.params.find("toolChoice") != nullptr;
}

bool uses_context(const Question& question) {
  const json::Value* context = question.params.find("includeContext");
  return context != nullptr && *context != json::Value("none");
}

Revision first_revision_of_sampling(const Question& question) {
  const auto kinds = content_kinds(question);
  const auto has = [&](std::string_view kind) { return std::ranges::find(kinds, kind) != kinds.end(); };
  if (uses_tools(question) || has("[]") || has("tool_use") || has("tool_result")) return Revision::k2025_11_25;
  return has("audio") ? Revision::k2025_03_26 : Revision::k2024_11_05;
}

Revision first_revision_with(const Question& question) {
  if (question.method == kSample) return first_revision_of_sampling(question);
  if (question.method != kElicit) return Revision::k2024_11_05;
  return is_url_mode(question) || has_newer_field(question) ? Revision::k2025_11_25 : Revision::k2025_06_18;
}

}  // namespace

Question Question::form(std::string key, std::string message, json::Object requested_schema) {
  return {std::move(key), std::string(kElicit),
          json::Object{{"mode", "form"},
                       {"message", std::move(message)},
                       {"requestedSchema", std::move(requested_schema)}}};
}

Question Question::url(std::string key, std::string message, std::string url) {
  return {std::move(key), std::string(kElicit),
          json::Object{{"mode", "url"}, {"message", std::move(message)}, {"url", std::move(url)}}};
}

Question Question::sampling(std::string key, json::Object params) {
  return {std::move(key), std::string(kSample), std::move(params)};
}

Question Question::roots(std::string key) { return {std::move(key), "roots/list", {}}; }

json::Object required_capability(const Question& question) {
  if (question.method == kSample) {
    json::Object parts;
    if (uses_tools(question)) parts.append("tools", json::Object{});
    if (uses_context(question)) parts.append("context", json::Object{});
    return {{"sampling", std::move(parts)}};
  }
  if (question.method != kElicit) return {{"roots", json::Object{}}};
  if (is_url_mode(question)) return {{"elicitation", json::Object{{"url", json::Object{}}}}};
  return {{"elicitation", json::Object{}}};
}

bool can_answer(const json::Object& capabilities, Revision revision, const Question& question) {
  if (revision < first_revision_with(question)) return false;
  const json::Object needed = required_capability(question);
  const json::Value* declared = capabilities.find(needed.begin()->name);
  if (declared == nullptr || !declared->is_object()) return false;
  if (question.method == kSample) {
    // They came with 2025-11-25; the context was for every client that samples before.
    return revision < Revision::k2025_11_25 ||
           std::ranges::all_of(needed.begin()->value.object(),
                               [&](const json::Member& part) { return declared->find(part.name) != nullptr; });
  }
  if (question.method != kElicit) return true;
  const bool only_url = declared->find("url") != nullptr && declared->find("form") == nullptr;
  return is_url_mode(question) ? declared->find("url") != nullptr : !only_url;
}

json::Object to_requests(const std::vector<Question>& questions) {
  json::Object requests;
  for (const Question& question : questions) {
    json::Object request{{"method", question.method}};
    if (!question.params.empty()) request.append("params", question.params);
    ENSURE(requests.find(question.key) == nullptr);
    requests.append(question.key, std::move(request));
  }
  return requests;
}

bool is_answer(const Question& question, const json::Object& answer) {
  if (question.method == kSample) {
    const json::Value* role = answer.find("role");
    const json::Value* content = answer.find("content");
    return role != nullptr && role->is_string() && content != nullptr &&
           (content->is_object() || content->is_array());
  }
  if (question.method != kElicit) {
    const json::Value* roots = answer.find("roots");
    return roots != nullptr && roots->is_array();
  }
  const json::Value* action = answer.find("action");
  if (action == nullptr || !action->is_string()) return false;
  const json::Value* content = answer.find("content");
  if (content != nullptr && !content->is_object()) return false;
  if (action->string() == "accept") return content != nullptr || is_url_mode(question);
  return action->string() == "decline" || action->string() == "cancel";
}

std::optional<std::string> find_answer_flaw(const Question& question, const json::Object& answer) {
  if (question.method != kElicit || is_url_mode(question)) return std::nullopt;
  const json::Value* action = answer.find("action");
  const json::Value* content = answer.find("content");
  const json::Value* schema = question.params.find("requestedSchema");
  const bool accepts = action != nullptr && *action == json::Value("accept");
  if (!accepts || content == nullptr || !content->is_object() || schema == nullptr || !schema->is_object()) {
    return std::nullopt;
  }
  return find_form_flaw(schema->object(), content->object());
}

json::Object legacy_params(Question question, Revision revision, size_t number) {
  if (question.method != kElicit) return std::move(question.params);
  if (is_url_mode(question)) {
    // What 2025-11-25 wants more of it.
    question.params.set("elicitationId", fmt::format("{}-{}", question.key, number));
    return std::move(question.params);
  }
  if (revision >= Revision::k2025_11_25) return std::move(question.params);
  question.params.erase("mode");
  json::Value* schema = question.params.find("requestedSchema");
  json::Value* properties = schema == nullptr || !schema->is_object() ? nullptr : schema->object().find("properties");
  if (properties == nullptr || !properties->is_object()) return std::move(question.params);
  for (json::Member& field : properties->object()) {
    if (field.value.is_object() && field.value.text_or_empty("type") != "boolean") {
      field.value.object().erase("default");
    }
  }
  return std::move(question.params);
}

}  // namespace mcp
