// One place of a playlist, with what curation compares and sorts by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/foreign_text.h"

namespace curation {

struct Entry {
  std::string uri;  // Empty: nothing is there any more that has a name.
  base::ForeignText title;
  std::vector<base::ForeignText> artists;
  base::ForeignText album;
  std::string isrc;
  std::string added_at;  // RFC 3339, as Spotify gave it.
  std::string released;
  int64_t duration_ms = 0;
  int disc = 0;
  int number = 0;
  bool is_explicit = false;
  bool is_playable = true;
  std::string reason;  // Why it is not, in Spotify's word.
};

// Spotify takes tracks and episodes. What is there besides (a local file, an entry without a name) can be moved, but
// once it is gone it cannot be put back.
inline bool can_be_added(std::string_view uri) {
  return uri.starts_with("spotify:track:") || uri.starts_with("spotify:episode:");
}

inline std::vector<std::string> uris_of(const std::vector<Entry>& entries) {
  std::vector<std::string> uris;
  uris.reserve(entries.size());
  for (const Entry& entry : entries) uris.push_back(entry.uri);
  return uris;
}

}  // namespace curation
