#include "mcp/question.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

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

Revision first_revision_with(const Question& question) {
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
  if (question.method == kSample) return {{"sampling", json::Object{}}};
  if (question.method != kElicit) return {{"roots", json::Object{}}};
  if (is_url_mode(question)) return {{"elicitation", json::Object{{"url", json::Object{}}}}};
  return {{"elicitation", json::Object{}}};
}

bool can_answer(const json::Object& capabilities, Revision revision, const Question& question) {
  if (revision < first_revision_with(question)) return false;
  const json::Object needed = required_capability(question);
  const json::Value* declared = capabilities.find(needed.begin()->name);
  if (declared == nullptr || !declared->is_object()) return false;
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

}  // namespace mcp
