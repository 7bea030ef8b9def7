#include "schema/fields.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace schema::detail {
namespace {

// "playlistId" and "playlist_id" in parts, in lower case and without the s of more than one.
std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts(1);
  char before = '_';
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool begins = is_upper && before >= 'a' && before <= 'z';
    if ((c == '_' || c == '-' || begins) && !parts.back().empty()) parts.emplace_back();
    if (c != '_' && c != '-') parts.back().push_back(is_upper ? static_cast<char>(c - 'A' + 'a') : c);
    before = c;
  }
  for (std::string& part : parts) {
    if (part.size() > 2 && part.ends_with('s')) part.pop_back();
  }
  std::ranges::sort(parts);
  return parts;
}

std::vector<std::string_view> names_of(std::span<const Known> known) {
  std::vector<std::string_view> names;
  for (const Known& each : known) names.push_back(each.name);
  return names;
}

// By its aliases; else by the parts that one has of the other ("volume", "volume_percent"); else by its letters.
std::vector<std::string_view> meant_by(std::string_view given, std::span<const Known> known) {
  const std::string lower = base::to_lower_ascii(given);
  const std::vector<std::string> parts = parts_of(given);
  std::vector<std::string_view> by_alias;
  std::vector<std::string_view> by_parts;
  for (const auto& [name, aliases] : known) {
    const auto others = base::split(aliases, ' ');
    if (std::ranges::find(others, std::string_view(lower)) != others.end()) by_alias.push_back(name);
    const std::vector<std::string> own = parts_of(name);
    const bool is_part = std::ranges::includes(own, parts) || std::ranges::includes(parts, own);
    if (is_part && !parts.front().empty()) by_parts.push_back(name);
  }
  if (!by_alias.empty()) return by_alias;
  if (!by_parts.empty()) return by_parts;
  const auto near = base::closest(lower, names_of(known));
  return near ? std::vector{*near} : std::vector<std::string_view>();
}

// "a", "a or b", "a, b or c".
std::string either(const std::vector<std::string_view>& names) {
  const std::string_view last = names.back();
  if (names.size() == 1) return std::string(last);
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), last);
}

}  // namespace

const json::Value* find_member(const json::Object& object, std::string_view name, Presence presence, Reader& reader) {
  const json::Value* member = object.find(name);
  if (member != nullptr && member->is_null() && reader.tolerant()) member = nullptr;
  if (member == nullptr && presence == Presence::kRequired) {
    const Reader::Step step(reader, name);
    reader.problem("is required");
  }
  return member;
}

void report_unknown(const json::Object& object, std::span<const Known> known, Reader& reader) {
  for (const auto& [name, value] : object) {
    if (std::ranges::find(known, std::string_view(name), &Known::name) != known.end()) continue;
    const Reader::Step step(reader, name);
    const auto meant = meant_by(name, known);
    if (!meant.empty()) {
      reader.problem(fmt::format("is not known; did you mean {}?", either(meant)));
    } else if (known.empty()) {
      reader.problem("is not known; leave it out");
    } else {
      reader.problem(fmt::format("is not known; known are: {}", fmt::join(names_of(known), ", ")));
    }
  }
}

void ObjectSchema::add(std::string_view name, std::string_view about, Presence presence, json::Object schema,
                       json::Value preset) {
  if (!about.empty()) schema.set("description", about);
  if (!preset.is_null()) schema.set("default", std::move(preset));
  if (presence == Presence::kRequired) required_.emplace_back(name);
  properties_.append(std::string(name), std::move(schema));
}

json::Object ObjectSchema::finish() && {
  json::Object object{{"type", "object"}, {"properties", std::move(properties_)}};
  if (!required_.empty()) object.append("required", std::move(required_));
  object.append("additionalProperties", false);
  return object;
}

}  // namespace schema::detail
