// A playlist with its revisions. Each entry has an identity of its own, so that a write against an older snapshot can
// be carried over to the present: it acts on the entries that it meant, wherever they stand now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sim/spotify/answer.h"

namespace sim::spotify {

inline constexpr size_t kPlaylistItemsMax = 10'000;

struct Entry {
  uint64_t key = 0;  // Unique in the playlist, for ever.
  std::string uri;   // A track, an episode, "spotify:local:...", or an id that no longer exists.
  base::Wall added_at;
  std::string added_by;  // A user id.
};

enum class Visibility { kPublic, kPrivate, kUnset };

class Playlist {
 public:
  std::string id;
  std::string owner;  // A user id.
  std::string name;
  std::string description;
  Visibility visibility = Visibility::kPublic;
  bool is_collaborative = false;
  // Made by the service itself: nobody can read its items, and the API says that it does not exist.
  bool is_hidden = false;
  std::set<std::string> collaborators;
  std::set<std::string> followers;
  std::string cover_url;  // Empty: made from the items.

  const std::vector<Entry>& entries() const { return entries_; }
  const std::string& snapshot_id() const { return revisions_.back().snapshot_id; }
  bool can_write(std::string_view user) const;

  // Makes the first revision; call once before anything else.
  void open(base::Random& random) { commit(random); }
  // Inserts before `position` (at the end without one). The caller has checked the size.
  void insert(std::vector<std::string> uris, std::optional<size_t> position, std::string_view by, base::Wall now,
              base::Random& random);
  void replace(std::vector<std::string> uris, std::string_view by, base::Wall now, base::Random& random);
  // Every occurrence of each URI, as of `snapshot_id` when one is given. Nothing found is no change.
  Answer<void> remove(const std::set<std::string>& uris, std::string_view snapshot_id, base::Random& random);
  struct Move {
    size_t range_start = 0;
    size_t range_length = 1;
    size_t insert_before = 0;
  };
  // Cuts the range and inserts it before the element that had the index insert_before.
  Answer<void> reorder(Move move, std::string_view snapshot_id, base::Random& random);
  // A new revision without a change of the entries, as an edit of the details makes.
  void touch(base::Random& random) { commit(random); }

 private:
  struct Revision {
    std::string snapshot_id;
    std::vector<uint64_t> keys;
  };
  void commit(base::Random& random);
  // The latest revision when `snapshot_id` is empty.
  Answer<const Revision*> revision(std::string_view snapshot_id) const;

  std::vector<Entry> entries_;
  std::vector<Revision> revisions_;
  uint32_t counter_ = 0;
  uint64_t next_key_ = 1;
};

}  // namespace sim::spotify
