// Spotify Connect for one user: devices, what plays, where it stands, what comes next. A state machine over an injected
// time: it never waits; advance() brings it to now. It knows URIs and durations, not the catalogue and not HTTP.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sim/spotify/answer.h"

namespace sim::spotify {

struct Device {
  std::optional<std::string> id;  // Some devices have none.
  std::string name;
  std::string type;
  bool is_active = false;
  bool is_private_session = false;
  bool is_restricted = false;
  std::optional<int> volume_percent{};
  bool supports_volume = true;
};

struct Playable {
  std::string uri;
  int64_t duration_ms = 0;
};

struct Play {
  std::string uri;
  std::optional<std::string> context_uri;
  base::Wall played_at;
};

enum class Repeat { kOff, kTrack, kContext };
std::string_view repeat_name(Repeat repeat);
enum class Shuffle { kOff, kOn };

class Player {
 public:
  void add_device(Device device) { devices_.push_back(std::move(device)); }
  // Drops it from the list, as a device that was switched off.
  void remove_device(std::string_view id);
  // For how long an active device stays in the list while nothing plays; 0 is for ever.
  void set_device_idle(std::chrono::seconds idle) { device_idle_ = idle; }
  const std::vector<Device>& devices() const { return devices_; }
  const Device* active_device() const;

  // Lets time pass: finished items end, the next ones begin. Every other call expects to be made at the same `now`.
  void advance(base::Wall now);

  const Playable* current() const { return current_ ? &*current_ : nullptr; }
  const std::optional<std::string>& context_uri() const { return context_uri_; }
  bool is_playing() const { return is_playing_; }
  Shuffle shuffle() const { return shuffle_; }
  Repeat repeat() const { return repeat_; }
  int64_t progress_ms(base::Wall now) const;
  // An advertisement comes between, and then what it interrupted goes on. Does nothing while nothing plays.
  void play_advertisement(std::chrono::milliseconds length, base::Wall now);
  bool is_advertisement() const { return interrupted_.has_value(); }
  // Of the active device. What plays in a private session is in no history.
  void set_private_session(bool is_private);
  // How far an episode was heard here; nothing when it never played.
  std::optional<int64_t> heard_ms(std::string_view uri, base::Wall now) const;
  // When the state last changed.
  base::Wall changed_at() const { return changed_at_; }
  bool has_next() const;
  bool has_previous() const;
  // The user's queue, then what follows in the context.
  std::vector<std::string> upcoming(size_t count) const;
  // Newest last. Items that ended, or were left after 30 s.
  const std::vector<Play>& history() const { return history_; }
  void add_history(Play play) { history_.push_back(std::move(play)); }

  // The commands. Each refuses as the service does; `device` is the device_id parameter.
  struct Start {
    std::optional<std::string> context_uri{};
    std::vector<Playable> items{};
    size_t first = 0;
    int64_t position_ms = 0;
  };
  Answer<void> start(std::optional<std::string_view> device, Start start, uint64_t shuffle_seed, base::Wall now);
  Answer<void> resume(std::optional<std::string_view> device, base::Wall now);
  Answer<void> pause(std::optional<std::string_view> device, base::Wall now);
  Answer<void> next(std::optional<std::string_view> device, base::Wall now);
  Answer<void> previous(std::optional<std::string_view> device, base::Wall now);
  Answer<void> seek(std::optional<std::string_view> device, int64_t position_ms, base::Wall now);
  Answer<void> set_volume(std::optional<std::string_view> device, int percent, base::Wall now);
  Answer<void> set_shuffle(std::optional<std::string_view> device, Shuffle shuffle, uint64_t seed, base::Wall now);
  Answer<void> set_repeat(std::optional<std::string_view> device, Repeat repeat, base::Wall now);
  Answer<void> enqueue(std::optional<std::string_view> device, Playable item, base::Wall now);
  enum class Transfer { kKeepState, kPlay };
  Answer<void> transfer(std::string_view device, Transfer how, base::Wall now);

 private:
  Device* find_device(std::string_view id);
  // The device that a command is for, which may not be the active one.
  Answer<Device*> target(std::optional<std::string_view> id);
  // The same, for commands that make sense on the active device only.
  Answer<void> require_active(std::optional<std::string_view> id);
  // The same, for those that an advertisement allows nobody.
  Answer<void> require_item(std::optional<std::string_view> id);
  void activate(Device& device);
  void begin(Playable item, int64_t position_ms, base::Wall now);
  void leave(base::Wall now);
  void end_advertisement(base::Wall now);
  // Moves to what follows; false when nothing does.
  bool step(base::Wall now);
  void order_from(size_t first, uint64_t seed);
  void play_on(base::Wall now);
  void drop_idle_device(base::Wall now);

  std::vector<Device> devices_;
  std::optional<Playable> current_;
  // What an advertisement came between, and where it stood.
  std::optional<std::pair<Playable, int64_t>> interrupted_;
  std::map<std::string, int64_t, std::less<>> heard_ms_;
  bool from_queue_ = false;
  std::optional<std::string> context_uri_;
  std::vector<Playable> items_;  // The context in its own order.
  std::vector<size_t> order_;    // Indices of items_ in playing order.
  size_t place_ = 0;             // In order_.
  std::deque<Playable> queue_;
  Shuffle shuffle_ = Shuffle::kOff;
  Repeat repeat_ = Repeat::kOff;
  bool is_playing_ = false;
  std::chrono::seconds device_idle_{0};
  int64_t progress_at_change_ms_ = 0;
  base::Wall progress_since_;
  base::Wall changed_at_;
  std::vector<Play> history_;
};

}  // namespace sim::spotify
