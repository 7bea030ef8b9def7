#include "sim/spotify/paging.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::spotify {

size_t Window::begin(size_t total) const { return std::min(static_cast<size_t>(offset), total); }
size_t Window::end(size_t total) const { return std::min(static_cast<size_t>(offset + limit), total); }

json::Object page_of(std::string_view href, const Window& window, size_t total, json::Array items) {
  const auto link = [&](int64_t offset) {
    const std::string_view joint = href.ends_with('&') ? "" : "?";
    return json::Value(fmt::format("{}{}offset={}&limit={}", href, joint, offset, window.limit));
  };
  const auto count = static_cast<int64_t>(total);
  const bool has_next = window.limit > 0 && window.offset + window.limit < count;
  json::Object page{{"href", link(window.offset)}, {"limit", window.limit}};
  page.append("next", has_next ? link(window.offset + window.limit) : json::Value());
  page.append("offset", window.offset);
  page.append("previous",
              window.offset > 0 ? link(std::max<int64_t>(0, window.offset - window.limit)) : json::Value());
  page.append("total", count);
  page.append("items", std::move(items));
  return page;
}

}  // namespace sim::spotify
