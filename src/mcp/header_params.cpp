#include "mcp/header_params.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mcp/era.h"

namespace mcp {
namespace {

constexpr std::string_view kAnnotation = "x-mcp-header";
constexpr std::string_view kPrefix = "Mcp-Param-";

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOthers.contains(c);
  });
}

// Collects annotations below `schema`; an annotation anywhere but on a chain of `properties` is a flaw.
class Collector {
 public:
  std::optional<std::string> walk(const json::Object& schema) {
    for (const auto& [name, value] : schema) {
      if (name == "properties" && value.is_object()) {
        for (const auto& [property, inner] : value.object()) {
          if (!inner.is_object()) continue;
          path_.push_back(property);
          if (auto flaw = take(inner.object())) return flaw;
          if (auto flaw = walk(inner.object())) return flaw;
          path_.pop_back();
        }
      } else if (name != kAnnotation && mentions(value)) {
        return "x-mcp-header stands where no chain of properties leads";
      }
    }
    return std::nullopt;
  }
  std::vector<HeaderParam> params() && { return std::move(params_); }

 private:
  std::optional<std::string> take(const json::Object& schema) {
    const json::Value* annotation = schema.find(kAnnotation);
    if (annotation == nullptr) return std::nullopt;
    if (!annotation->is_string() || !is_token(annotation->string())) return "x-mcp-header is no header name";
    const json::Value* type = schema.find("type");
    const std::string_view kind = type != nullptr && type->is_string() ? std::string_view(type->string()) : "";
    if (kind != "string" && kind != "integer" && kind != "boolean") {
      return "x-mcp-header needs a string, an integer or a boolean";
    }
    std::string header = std::string(kPrefix) + annotation->string();
    for (const HeaderParam& each : params_) {
      if (base::equals_ignoring_case(each.header, header)) return "two parameters have one x-mcp-header";
    }
    params_.push_back({std::move(header), path_});
    return std::nullopt;
  }
  static bool mentions(const json::Value& value) {
    if (value.is_array()) return std::ranges::any_of(value.array(), mentions);
    if (!value.is_object()) return false;
    return std::ranges::any_of(value.object(), [](const json::Member& member) {
      return member.name == kAnnotation || mentions(member.value);
    });
  }

  std::vector<std::string> path_;
  std::vector<HeaderParam> params_;
};

bool says_the_same(std::string_view header, const json::Value& value) {
  const auto text = decode_header_text(header);
  if (!text) return false;
  if (value.is_string()) return *text == value.string();
  if (value.is_boolean()) return *text == (value.boolean() ? "true" : "false");
  if (value.is_integer()) return base::parse_integer(*text) == value.integer();
  // A whole number may be written as 42.0.
  if (value.is_number()) {
    const auto number = base::parse_integer(*text);
    return number && static_cast<double>(*number) == value.number();
  }
  // No header can say the same as what is neither of these.
  return false;
}

std::string text_of(const json::Value& value) {
  if (value.is_string()) return value.string();
  if (value.is_boolean()) return value.boolean() ? "true" : "false";
  if (value.is_integer()) return std::to_string(value.integer());
  return "(other)";
}

}  // namespace

std::expected<std::vector<HeaderParam>, std::string> find_header_params(const json::Object& input_schema) {
  Collector collector;
  if (auto flaw = collector.walk(input_schema)) return std::unexpected(*std::move(flaw));
  return std::move(collector).params();
}

// They stand on chains of `properties` alone.
void erase_header_params(json::Object& input_schema) {
  json::Value* properties = input_schema.find("properties");
  if (properties == nullptr || !properties->is_object()) return;
  for (json::Member& each : properties->object()) {
    if (!each.value.is_object()) continue;
    each.value.object().erase(kAnnotation);
    erase_header_params(each.value.object());
  }
}

std::optional<RpcError> find_header_param_error(const std::vector<HeaderParam>& params, const json::Value* arguments,
                                                const http::Headers& headers) {
  for (const HeaderParam& param : params) {
    const json::Value* value = arguments;
    for (const std::string& name : param.path) value = value == nullptr ? nullptr : value->find(name);
    if (value != nullptr && value->is_null()) value = nullptr;
    const auto header = headers.find(param.header);
    if (value == nullptr && !header) continue;
    if (headers.count(param.header) > 1) return header_mismatch(param.header, "(repeated)", "");
    if (value == nullptr) return header_mismatch(param.header, header, "(missing)");
    if (!header) return header_mismatch(param.header, std::nullopt, text_of(*value));
    if (!says_the_same(base::trim(*header), *value)) return header_mismatch(param.header, header, text_of(*value));
  }
  return std::nullopt;
}

}  // namespace mcp
