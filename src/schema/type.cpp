#include "schema/type.h"

#include <cmath>

#include <fmt/format.h>

#include "base/text.h"

namespace schema {
namespace {

std::string_view with_article(json::Kind kind) {
  switch (kind) {
    case json::Kind::kNull:
      return "null";
    case json::Kind::kBoolean:
      return "a boolean";
    case json::Kind::kInteger:
      return "an integer";
    case json::Kind::kNumber:
      return "a number";
    case json::Kind::kString:
      return "a string";
    case json::Kind::kArray:
      return "an array";
    case json::Kind::kObject:
      return "an object";
  }
  return "null";
}

// RFC 6901 section 3: "~" and "/" are escaped.
void append_token(std::string& pointer, std::string_view name) {
  pointer.push_back('/');
  for (const char c : name) {
    if (c == '~') {
      pointer.append("~0");
    } else if (c == '/') {
      pointer.append("~1");
    } else {
      pointer.push_back(c);
    }
  }
}

// JSON Schema takes 5.0 for an integer, too.
std::optional<int64_t> whole(const json::Value& value) {
  if (value.is_integer()) return value.integer();
  constexpr double kLargestExact = 9007199254740992.0;
  if (value.is_number() && std::trunc(value.number()) == value.number() &&
      std::fabs(value.number()) <= kLargestExact) {
    return static_cast<int64_t>(value.number());
  }
  return std::nullopt;
}

}  // namespace

Reader::Step::Step(Reader& reader, std::string_view name) : reader_(reader), length_(reader.pointer_.size()) {
  append_token(reader.pointer_, name);
}

Reader::Step::Step(Reader& reader, size_t index) : reader_(reader), length_(reader.pointer_.size()) {
  fmt::format_to(std::back_inserter(reader.pointer_), "/{}", index);
}

void Reader::wrong_type(std::string_view expected, const json::Value& found) {
  std::string_view advice = found.is_null() ? "; leave it out instead" : "";
  // Whoever wants one thing writes it without brackets.
  if (expected == "an array" && found.is_string()) advice = "; put it in brackets, even if it is only one";
  problem(fmt::format("must be {}, not {}{}", expected, with_article(found.kind()), advice));
}

base::Error to_error(const std::vector<Problem>& problems, std::string_view subject) {
  // Enough to mend a call in one go, short enough to read.
  constexpr size_t kShownMax = 8;
  std::string text;
  for (size_t i = 0; i < problems.size() && i < kShownMax; ++i) {
    std::string_view where = problems[i].pointer;
    if (where.empty()) {
      where = subject;
    } else {
      where.remove_prefix(1);
    }
    const std::string_view stop = problems[i].message.ends_with('?') ? "" : ".";
    fmt::format_to(std::back_inserter(text), "{}{} {}{}", text.empty() ? "" : " ", where, problems[i].message, stop);
  }
  if (problems.size() > kShownMax) {
    fmt::format_to(std::back_inserter(text), " And {} more.", problems.size() - kShownMax);
  }
  return {base::Code::kInvalidArgument, std::move(text), {}, std::nullopt};
}

json::Object Type<bool>::schema() { return {{"type", "boolean"}}; }
void Type<bool>::read(const json::Value& value, bool& out, Reader& reader) {
  if (!value.is_boolean()) return reader.wrong_type("true or false", value);
  out = value.boolean();
}

json::Object Type<int64_t>::schema() { return {{"type", "integer"}}; }
void Type<int64_t>::read(const json::Value& value, int64_t& out, Reader& reader) {
  const auto number = whole(value);
  if (!number) return reader.wrong_type("an integer", value);
  out = *number;
}

void Type<int>::read(const json::Value& value, int& out, Reader& reader) {
  if (const auto number = detail::read_bounded(value, INT32_MIN, INT32_MAX, reader)) out = static_cast<int>(*number);
}

json::Object Type<double>::schema() { return {{"type", "number"}}; }
void Type<double>::read(const json::Value& value, double& out, Reader& reader) {
  if (!value.is_number()) return reader.wrong_type("a number", value);
  out = value.number();
}

json::Object Type<std::string>::schema() { return {{"type", "string"}}; }
void Type<std::string>::read(const json::Value& value, std::string& out, Reader& reader) {
  if (!value.is_string()) return reader.wrong_type("a string", value);
  out = value.string();
}

void Type<base::ForeignText>::read(const json::Value& value, base::ForeignText& out, Reader& reader) {
  if (!value.is_string()) return reader.wrong_type("a string", value);
  out = base::ForeignText(value.string());
}

namespace detail {

std::optional<int64_t> read_bounded(const json::Value& value, int64_t min, int64_t max, Reader& reader) {
  const auto number = whole(value);
  if (!number) {
    reader.wrong_type("an integer", value);
    return std::nullopt;
  }
  if (*number < min || *number > max) {
    reader.problem(fmt::format("must be from {} to {}", min, max));
    return std::nullopt;
  }
  return number;
}

bool check_text(const std::string& text, size_t min, size_t max, Lines lines, Reader& reader) {
  if (!base::is_valid_utf8(text)) {
    reader.problem("must be valid UTF-8");
    return false;
  }
  std::string judged = text;
  if (lines == Lines::kMany) {
    std::erase_if(judged, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
  }
  if (base::has_control_characters(judged)) {
    reader.problem("must not contain control characters");
    return false;
  }
  const size_t length = base::count_code_points(text);
  if (length < min || length > max) {
    reader.problem(min == 0 ? fmt::format("must be at most {} characters long", max)
                            : fmt::format("must be {} to {} characters long", min, max));
    return false;
  }
  return true;
}

}  // namespace detail
}  // namespace schema
