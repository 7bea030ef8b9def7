#include "schema/fields.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace schema::detail {

const json::Value* find_member(const json::Object& object, std::string_view name, Presence presence, Reader& reader) {
  const json::Value* member = object.find(name);
  if (member != nullptr && member->is_null() && reader.tolerant()) member = nullptr;
  if (member == nullptr && presence == Presence::kRequired) {
    const Reader::Step step(reader, name);
    reader.problem("is required");
  }
  return member;
}

void report_unknown(const json::Object& object, const std::vector<std::string_view>& known, Reader& reader) {
  for (const auto& [name, value] : object) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    const Reader::Step step(reader, name);
    const auto near = base::closest(base::to_lower_ascii(name), known);
    if (near) {
      reader.problem(fmt::format("is not known; did you mean {}?", *near));
    } else if (known.empty()) {
      reader.problem("is not known; leave it out");
    } else {
      reader.problem(fmt::format("is not known; known are: {}", fmt::join(known, ", ")));
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
