#include "oauth/scopes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace oauth {
namespace {

// The 19 scopes of Spotify's documentation, read 2026-11-24.
constexpr std::array<std::string_view, 19> kScopes{
    "app-remote-control",
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-collaborative",
    "playlist-read-private",
    "streaming",
    "ugc-image-upload",
    "user-follow-modify",
    "user-follow-read",
    "user-library-modify",
    "user-library-read",
    "user-modify-playback-state",
    "user-read-currently-playing",
    "user-read-email",
    "user-read-playback-position",
    "user-read-playback-state",
    "user-read-private",
    "user-read-recently-played",
    "user-top-read",
};

}  // namespace

std::span<const std::string_view> known_scopes() { return kScopes; }

base::Result<Scope> Scope::parse(std::string_view text) {
  if (std::ranges::find(kScopes, text) == kScopes.end()) {
    const auto near = base::closest(text, kScopes);
    return base::fail(base::Code::kInvalidArgument,
                      near ? fmt::format("is no Spotify permission; did you mean {}?", *near)
                           : std::string("is no Spotify permission"));
  }
  Scope scope;
  scope.text_ = std::string(text);
  return scope;
}

json::Object Scope::constraints() {
  json::Array names;
  for (const std::string_view name : kScopes) names.emplace_back(name);
  return {{"enum", std::move(names)}};
}

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  for (const std::string_view each : base::split(text, ' ')) {
    if (!each.empty()) scopes.emplace_back(each);
  }
  return scopes;
}

std::string join_scopes(const std::vector<std::string>& scopes) { return fmt::format("{}", fmt::join(scopes, " ")); }

}  // namespace oauth
