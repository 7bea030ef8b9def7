// The `fields` parameter of playlist reads: "items(added_at,item(name,artists(name))),next,total". A dot or parentheses
// go into a member, "!" leaves a member out; arrays are filtered element by element.
#pragma once

#include <optional>
#include <string_view>

#include "json/value.h"

namespace sim::spotify {

// Nothing when the filter is not well formed.
std::optional<json::Value> filter_fields(const json::Value& value, std::string_view fields);

}  // namespace sim::spotify
