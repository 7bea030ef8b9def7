// What the commands of the player share: Spotify takes a command before it is carried out, refuses one whose state is
// already there, and knows no device half of the time. A command here ends in one clear status.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "schema/fields.h"
#include "spotify/client.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/receipt.h"
#include "tools/services.h"

namespace tools {

struct PlayerAnswer {
  std::string summary{};
  Status status = Status::kAccepted;
  std::optional<std::string> item_uri{};
  std::optional<std::string> device_id{};
  std::optional<std::string> receipt{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &PlayerAnswer::summary),   schema::required("status", &PlayerAnswer::status),
        schema::optional("item_uri", &PlayerAnswer::item_uri), schema::optional("device_id", &PlayerAnswer::device_id),
        schema::optional("receipt", &PlayerAnswer::receipt),
    };
  }
};

// Nothing: nothing plays, and no device is active.
using PlayerState = std::optional<spotify::Playback>;

// Whether the wish is a state that can be there already ("paused"), or a step that always changes something ("skip").
enum class Wish { kState, kStep };

struct Goal {
  std::string tool{};
  // Where the player stood before, for the way back; nothing when it could not be read.
  std::optional<PlayerState> before{};
  std::string done;  // "Paused." It begins the summary once the player shows it.
  Wish wish = Wish::kState;
  // The device that the command named.
  std::optional<spotify::DeviceId> device{};
  std::function<bool(const PlayerState&)> reached;
};

// Where the player stands, before a command. A command is not held up for long by it.
base::Task<std::optional<PlayerState>> stand_of(mcp::CallContext& context, std::shared_ptr<spotify::Client> client);

// Ends a command: keeps a receipt of it, looks at the player until the goal is reached (twice at most, never beyond the
// deadline), turns "it is so already" into kUnchanged, and names the devices when one is missing.
base::Task<base::Result<PlayerAnswer>> conclude(const Services& services, mcp::CallContext& context,
                                                std::shared_ptr<spotify::Client> client, base::Result<void> outcome,
                                                Goal goal);

// The error with the devices that are online, when it is about a missing device, or one that takes no commands; the
// error as it is otherwise. `device` is the one that was named, if any.
base::Task<base::Error> with_devices(const Services& services, mcp::CallContext& context,
                                     std::shared_ptr<spotify::Client> client, base::Error error,
                                     std::optional<spotify::DeviceId> device);

// What the devices say against setting the volume there, or on the active one; nothing where they cannot be read.
base::Task<std::optional<base::Error>> volume_obstacle(const Services& services, mcp::CallContext& context,
                                                       std::shared_ptr<spotify::Client> client,
                                                       std::optional<spotify::DeviceId> device);

PlayerAnswer dry_run_of(std::string what);

// Keeps a receipt that says why there is no way back, such as from a place in the queue. Nothing when it could not be
// kept.
base::Task<std::optional<std::string>> keep_final(const Services& services, mcp::CallContext& context, std::string tool,
                                                  std::string why);

// Brings the player back to where it stood before that command, as far as it can be.
base::Task<base::Result<PlayerAnswer>> restore_player(const Services& services, mcp::CallContext& context,
                                                      std::shared_ptr<spotify::Client> client, Receipt receipt,
                                                      Run run);

// How long the item is that plays, when that is known.
std::optional<int64_t> length_ms_of(const std::optional<PlayerState>& state);

// Whether the state is on that device, when one was named.
bool is_on(const PlayerState& state, const std::optional<spotify::DeviceId>& device);

}  // namespace tools
