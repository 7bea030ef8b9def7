// The texts that requests to Spotify are made of: form-encoded parameters, lists, Spotify URIs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/url.h"

namespace sim::spotify {

// A query or form body, where "+" is a space. A pair with a bad escape is kept as it came: Spotify is lenient there.
http::Parameters parse_form(std::string_view text);

// The parts of a comma-separated parameter; empty parts are dropped.
std::vector<std::string> split_list(std::string_view text);
std::vector<std::string> split_words(std::string_view text);

// "spotify:track:id" -> {track, id}. Nothing for another scheme, a missing part or an id that is not base62 (but of
// type user, whose ids are free text).
struct Uri {
  std::string type;
  std::string id;
};
std::optional<Uri> parse_uri(std::string_view text);

}  // namespace sim::spotify
