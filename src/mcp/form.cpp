#include "mcp/form.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/plural.h"
#include "base/text.h"
#include "mcp/server_methods.h"

namespace mcp {
namespace {

using Flaw = std::optional<std::string>;  // What stands behind the name of the field.

// The limit of that name, unless `value` keeps to it.
std::optional<double> exceeded_below(const json::Value& field, std::string_view name, double value) {
  const json::Value* least = field.find(name);
  if (least == nullptr || !least->is_number() || value >= least->number()) return std::nullopt;
  return least->number();
}
std::optional<double> exceeded_above(const json::Value& field, std::string_view name, double value) {
  const json::Value* most = field.find(name);
  if (most == nullptr || !most->is_number() || value <= most->number()) return std::nullopt;
  return most->number();
}

Flaw flaw_of_count(const json::Value& field, std::string_view least, std::string_view most, std::string_view what,
                   size_t count) {
  const auto size = static_cast<double>(count);
  if (const auto min = exceeded_below(field, least, size)) {
    return "must have at least " + base::count_of(static_cast<int64_t>(*min), what);
  }
  if (const auto max = exceeded_above(field, most, size)) {
    return "must have at most " + base::count_of(static_cast<int64_t>(*max), what);
  }
  return std::nullopt;
}

// The number that exactly `digits` digits at `at` make.
std::optional<int> digits_at(std::string_view text, size_t at, size_t digits) {
  if (text.size() < at + digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// RFC 3339 section 5.6: full-date.
bool is_date(std::string_view text) {
  constexpr size_t kLength = std::string_view("2026-07-28").size();
  const auto year = digits_at(text, 0, 4);
  const auto month = digits_at(text, 5, 2);
  const auto day = digits_at(text, 8, 2);
  if (text.size() != kLength || text[4] != '-' || text[7] != '-' || !year || !month || !day) return false;
  return std::chrono::year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

// "23:59" of a time or of an offset.
bool is_hour_and_minute(std::string_view text) {
  const auto hour = digits_at(text, 0, 2);
  const auto minute = digits_at(text, 3, 2);
  return text.size() == 5 && text[2] == ':' && hour && minute && *hour < 24 && *minute < 60;
}

// RFC 3339 section 5.6: date-time. A leap second is a second.
bool is_date_time(std::string_view text) {
  constexpr size_t kDate = std::string_view("2026-07-28").size();
  constexpr size_t kTime = std::string_view("12:30:00").size();
  if (text.size() <= kDate + 1 + kTime || !is_date(text.substr(0, kDate))) return false;
  if (text[kDate] != 'T' && text[kDate] != 't') return false;
  const std::string_view time = text.substr(kDate + 1, kTime);
  const auto second = digits_at(time, 6, 2);
  if (!is_hour_and_minute(time.substr(0, 5)) || time[5] != ':' || !second || *second > 60) return false;
  std::string_view rest = text.substr(kDate + 1 + kTime);
  if (rest.starts_with('.')) {
    const size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (end == 1) return false;
    rest.remove_prefix(end);
  }
  if (rest == "Z" || rest == "z") return true;
  return (rest.starts_with('+') || rest.starts_with('-')) && is_hour_and_minute(rest.substr(1));
}

// As much of RFC 5321 as tells an address from something else: whether it is one, only a letter to it can tell.
bool is_email(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  const std::string_view domain = text.substr(at + 1);
  return text.find_first_of(" \t\r\n<>") == std::string_view::npos && !domain.starts_with('.') &&
         !domain.ends_with('.') && !domain.contains("..");
}

// RFC 3986: a scheme, a colon, and something behind it.
bool is_uri(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool has_scheme = is_letter(text.front()) && std::ranges::all_of(text.substr(0, colon), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return has_scheme && text.find_first_of(" \"<>\\^`{|}") == std::string_view::npos;
}

Flaw flaw_of_format(std::string_view format, std::string_view text) {
  if (format == "date" && !is_date(text)) return "must be a date such as 2026-07-28";
  if (format == "date-time" && !is_date_time(text)) return "must be a time such as 2026-07-28T12:30:00Z";
  if (format == "email" && !is_email(text)) return "must be an email address";
  if (format == "uri" && !is_uri(text)) return "must be a URI";
  return std::nullopt;
}

// The texts to choose from: `enum`, or the `const` of each in oneOf or anyOf. Nothing where any text will do.
std::optional<std::vector<std::string_view>> choices_of(const json::Value& field) {
  std::vector<std::string_view> choices;
  if (const json::Value* named = field.find("enum"); named != nullptr && named->is_array()) {
    for (const json::Value& each : named->array()) {
      if (each.is_string()) choices.push_back(each.string());
    }
    return choices;
  }
  for (const std::string_view name : {"oneOf", "anyOf"}) {
    const json::Value* titled = field.find(name);
    if (titled == nullptr || !titled->is_array()) continue;
    for (const json::Value& each : titled->array()) choices.push_back(each.text_or_empty("const"));
    return choices;
  }
  return std::nullopt;
}

Flaw flaw_of_text(const json::Value& field, const json::Value& value) {
  if (!value.is_string()) return "must be a string";
  const std::string& text = value.string();
  if (const auto choices = choices_of(field)) {
    if (std::ranges::find(*choices, text) == choices->end()) return "must be one of its choices";
    return std::nullopt;
  }
  const size_t length = base::count_code_points(text);
  if (auto flaw = flaw_of_count(field, "minLength", "maxLength", "character", length)) return flaw;
  return flaw_of_format(field.text_or_empty("format"), text);
}

Flaw flaw_of_list(const json::Value& field, const json::Value& value) {
  if (!value.is_array()) return "must be a list";
  const json::Value* items = field.find("items");
  const json::Value any = json::Object();
  for (const json::Value& each : value.array()) {
    const auto flaw = flaw_of_text(items == nullptr ? any : *items, each);
    if (flaw) return "is a list of which each entry " + *flaw;
  }
  return flaw_of_count(field, "minItems", "maxItems", "choice", value.array().size());
}

Flaw flaw_of_value(const json::Value& field, const json::Value& value) {
  const std::string_view type = field.text_or_empty("type");
  if (type == "string") return flaw_of_text(field, value);
  if (type == "array") return flaw_of_list(field, value);
  if (type == "boolean" && !value.is_boolean()) return "must be true or false";
  if (type != "integer" && type != "number") return std::nullopt;
  if (!value.is_number()) return "must be a number";
  // A whole number may be written as 42.0.
  if (type == "integer" && std::trunc(value.number()) != value.number()) return "must be a whole number";
  const double number = value.number();
  if (const auto min = exceeded_below(field, "minimum", number)) return fmt::format("must be at least {}", *min);
  if (const auto max = exceeded_above(field, "maximum", number)) return fmt::format("must be at most {}", *max);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_form_flaw(const json::Object& requested_schema, const json::Object& content) {
  const json::Value* properties = requested_schema.find("properties");
  if (properties == nullptr || !properties->is_object()) return std::nullopt;
  for (const auto& [name, value] : content) {
    const json::Value* field = properties->find(name);
    if (field == nullptr) return fmt::format("The form has no field {}.", quoted(name));
    if (const auto flaw = flaw_of_value(*field, value)) return fmt::format("The field {} {}.", quoted(name), *flaw);
  }
  const json::Value* required = requested_schema.find("required");
  if (required == nullptr || !required->is_array()) return std::nullopt;
  for (const json::Value& name : required->array()) {
    if (name.is_string() && content.find(name.string()) == nullptr) {
      return fmt::format("The field {} is required.", quoted(name.string()));
    }
  }
  return std::nullopt;
}

}  // namespace mcp
