#include "policy/access_scopes.h"

#include <array>
#include <utility>

namespace policy {
namespace {

constexpr std::string_view kPlayback = "smcp:playback";
constexpr std::string_view kPlaylist = "smcp:playlist";
constexpr std::string_view kLibrary = "smcp:library";
constexpr std::string_view kAdmin = "smcp:admin";

constexpr std::array<AccessScope, 5> kScopes{{
    {kReadScope, "search, look, and ask what plays; resources, prompts and completions"},
    {kPlayback, "play, pause, skip, volume, and the queue"},
    {kPlaylist, "make, change and remove playlists"},
    {kLibrary, "save and remove, follow and unfollow"},
    {kAdmin, "log in and out, clear caches"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kChanges{{
    {"playback", kPlayback},
    {"queue", kPlayback},
    {"playlists", kPlaylist},
    {"curation", kPlaylist},
    {"library", kLibrary},
    {"follow", kLibrary},
}};

}  // namespace

std::span<const AccessScope> access_scopes() { return kScopes; }

std::string_view access_scope_of(std::string_view toolset, Access needs) {
  if (needs == Access::kReadOnly) return kReadScope;
  for (const auto& [name, scope] : kChanges) {
    if (name == toolset) return scope;
  }
  return kAdmin;
}

}  // namespace policy
