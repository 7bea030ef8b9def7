#include "tools/make.h"

#include <algorithm>

namespace tools {

json::Object promise_of(json::Object schema) {
  schema.erase("additionalProperties");
  schema.erase("description");
  // Words of a closed set explain themselves when they come.
  schema.erase("enum");
  if (json::Value* items = schema.find("items")) *items = promise_of(std::move(items->object()));
  json::Value* properties = schema.find("properties");
  if (properties == nullptr) return schema;
  const json::Value* required = schema.find("required");
  json::Object kept;
  for (auto& [name, property] : properties->object()) {
    const bool always =
        required != nullptr && std::ranges::find(required->array(), json::Value(name)) != required->array().end();
    if (always) kept.append(name, promise_of(std::move(property.object())));
  }
  if (kept.empty()) {
    schema.erase("properties");
  } else {
    schema.set("properties", std::move(kept));
  }
  return schema;
}

}  // namespace tools
