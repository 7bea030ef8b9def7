// The matching of URI templates (see resource.h), and what it costs.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mcp {

// As match(). Adds to `looked_at` the bytes of template and URI that it went over: each but a few times, whatever they
// are, which a test holds.
std::optional<std::map<std::string, std::string>> match_counting(std::string_view uri_template, std::string_view uri,
                                                                 size_t& looked_at);

}  // namespace mcp
