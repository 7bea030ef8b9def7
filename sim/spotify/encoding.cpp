#include "sim/spotify/encoding.h"

#include "base/text.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {
http::Parameters parse_form(std::string_view text) {
  http::Parameters parameters;
  if (text.empty()) return parameters;
  for (const std::string_view pair : base::split(text, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    parameters.emplace_back(http::percent_decode(name, true).value_or(std::string(name)),
                            http::percent_decode(value, true).value_or(std::string(value)));
  }
  return parameters;
}

namespace {

std::vector<std::string> split_without_empty(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (const std::string_view part : base::split(text, separator)) {
    if (!base::trim(part).empty()) parts.emplace_back(base::trim(part));
  }
  return parts;
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) { return split_without_empty(text, ','); }
std::vector<std::string> split_words(std::string_view text) { return split_without_empty(text, ' '); }

std::optional<Uri> parse_uri(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 3 || parts[0] != "spotify" || parts[1].empty() || parts[2].empty()) {
    return std::nullopt;
  }
  if (parts[1] != "user" && !is_base62_id(parts[2])) return std::nullopt;
  return Uri{std::string(parts[1]), std::string(parts[2])};
}

}  // namespace sim::spotify
