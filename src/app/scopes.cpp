#include "app/scopes.h"

namespace app {

std::vector<std::string> login_scopes(const config::Settings& settings) {
  std::vector<std::string> scopes;
  for (const oauth::Scope& scope : settings.spotify.scopes) scopes.push_back(scope.text());
  if (!scopes.empty()) return scopes;
  return {"user-read-playback-state",  "user-modify-playback-state",  "user-read-currently-playing",
          "user-read-recently-played", "user-read-playback-position", "user-top-read",
          "playlist-read-private",     "playlist-read-collaborative", "playlist-modify-public",
          "playlist-modify-private",   "user-library-read",           "user-library-modify",
          "user-follow-read",          "user-follow-modify"};
}

}  // namespace app
