// What the renderers of music and of spoken things share.
#pragma once

#include <string_view>

#include "json/value.h"
#include "sim/spotify/paging.h"
#include "sim/spotify/render.h"

namespace sim::spotify {

// external_urls, href, id, type, uri.
void add_identity(json::Object& object, std::string_view type, std::string_view plural, std::string_view id);
void add_playability(json::Object& object, const View& view, bool is_restricted);
json::Array legacy_markets();

}  // namespace sim::spotify
