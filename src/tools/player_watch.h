// Watches the player for those who listen to spotify://me/player, and tells them when it changed. Spotify tells nobody
// anything by itself, so this looks, as often as PlayerPace says, and only while somebody listens.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/task.h"
#include "mcp/events.h"
#include "mcp/principal.h"
#include "tools/player_pace.h"
#include "tools/services.h"

namespace tools {

inline constexpr std::string_view kPlayerUri = "spotify://me/player";
inline constexpr std::string_view kQueueUri = "spotify://me/queue";

class PlayerWatch {
 public:
  struct Hooks {
    // For whom somebody listens to the resource now.
    std::function<std::vector<mcp::Principal>(std::string_view uri)> audience;
    std::function<void(const mcp::Event&)> publish;
    // False: nothing is asked for now, as while the installation is sealed. May be empty.
    std::function<bool()> may_look = nullptr;
  };

  // All must outlive it.
  PlayerWatch(base::Loop& loop, const Services& services, Hooks hooks, PlayerPace pace = {});
  ~PlayerWatch();
  PlayerWatch(const PlayerWatch&) = delete;
  PlayerWatch& operator=(const PlayerWatch&) = delete;

  // The audience may have changed: begins and ends to watch, a moment later.
  void reconsider();
  // How many principals it watches for.
  size_t watched() const { return watched_.size(); }

 private:
  class One;

  void settle();

  base::Loop& loop_;
  const Services& services_;
  Hooks hooks_;
  PlayerPace pace_;
  // By the id of the principal. The end of one ends what it waits for.
  std::map<std::string, std::unique_ptr<One>> watched_;
  bool is_reconsidering_ = false;
  // Gone when the watch is: what was posted then finds nobody.
  std::shared_ptr<PlayerWatch*> self_;
};

}  // namespace tools
