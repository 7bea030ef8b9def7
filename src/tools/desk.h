// What tools share for as long as the program runs: the archive, playlists on the way of being read, and the keys of
// what clients carry: the tickets that stand for a person's consent where a client cannot ask, and cursors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/key.h"
#include "curation/entry.h"
#include "spotify/id.h"
#include "store/archive.h"

namespace tools {

// A playlist as far as it has been read. One that is too long for one call goes on in the next, as long as Spotify
// shows the same snapshot.
struct Reading {
  std::string snapshot;
  int total = 0;
  std::vector<curation::Entry> entries{};  // By position; one that has no name is empty.

  bool is_complete() const { return static_cast<int>(entries.size()) >= total; }
};

// A playlist that somebody began to make.
struct Begun {
  std::string principal;
  std::string name;
  base::Wall at{};
  std::optional<spotify::PlaylistId> playlist{};  // Once it is there.
};

class Desk {
 public:
  // For so long a second playlist of the same name is taken for a repetition.
  static constexpr std::chrono::seconds kRecent{10};
  // Entries of all readings together, some 500 bytes each.
  static constexpr size_t kEntriesMax = 30'000;

  struct Services {
    store::Archive& archive;
    const base::Clock& clock;
    base::Random& random;
  };

  explicit Desk(Services services);
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  store::Archive& archive() const { return services_.archive; }
  base::Wall now() const { return services_.clock.wall(); }
  // Twelve letters and digits after the prefix; nobody guesses one.
  std::string new_id(std::string_view prefix) const;

  // The reading under that key when it is of that snapshot; otherwise a new one. The one used longest ago goes when
  // there are too many entries, but lives on with whoever holds it.
  std::shared_ptr<Reading> reading(const std::string& key, const std::string& snapshot, int total);

  // What this principal began to make under that name within kRecent.
  std::optional<Begun> find_making(const std::string& principal, const std::string& name) const;
  // Replaces what was noted of that principal and name.
  void note_making(Begun begun);
  void forget_making(const std::string& principal, const std::string& name);

  // From now on the first key signs tickets and cursors, and each is taken; at least one. Until then they are good in
  // this process alone.
  void set_keys(std::vector<crypto::Key> keys);
  // A ticket for `deed`, a text that holds all that it is to be good for. It ends after a quarter of an hour.
  std::string ticket_for(std::string_view deed) const;
  bool is_good(std::string_view ticket, std::string_view deed) const;
  // When no ticket that was given until now is good any more.
  base::Wall ticket_end() const;
  // The code of a cursor that says `text` (tools/cursor.h): letters, digits, - and _.
  std::string cursor_code(std::string_view text) const;
  bool is_cursor_code(std::string_view code, std::string_view text) const;

 private:
  struct Held {
    std::string key;
    std::shared_ptr<Reading> reading;
  };

  static std::string sign(const crypto::Key& key, std::string_view deed, int64_t until_s);
  static std::string sign_cursor(const crypto::Key& key, std::string_view text);
  bool is_recent(const Begun& begun) const;

  Services services_;
  std::vector<crypto::Key> keys_;
  std::list<Held> readings_;  // Used last first.
  std::list<Begun> begun_;
};

}  // namespace tools
