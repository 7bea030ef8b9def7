// The encodings that the answers of Spotify need: standard base64 with padding (snapshot ids, cover images, HTTP
// Basic), form-encoded parameters, Spotify URIs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/url.h"

namespace sim::spotify {

std::string base64_encode(std::string_view bytes);
// Nothing for a character outside the alphabet, a line break or a wrong length.
std::optional<std::string> base64_decode(std::string_view text);

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
