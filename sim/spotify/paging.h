// A page of a list (offset paging) and its paging object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/value.h"

namespace sim::spotify {

struct Window {
  int64_t limit = 20;
  int64_t offset = 0;

  // The part of a list of `total` things that the window shows, as indices.
  size_t begin(size_t total) const;
  size_t end(size_t total) const;
};

// The paging object whose links are `href` with the offset and limit appended. `href` has no query or ends in "&".
json::Object page_of(std::string_view href, const Window& window, size_t total, json::Array items);

}  // namespace sim::spotify
