#include "tools/player.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "spotify/errors.h"
#include "tools/arguments.h"
#include "tools/present.h"

namespace tools {
namespace {

using spotify::Cause;

// Left for the answer itself: no look begins in the last second before the deadline.
constexpr std::chrono::seconds kReserve{1};
constexpr std::chrono::seconds kLookMax{5};
constexpr size_t kDevicesNamedMax = 10;

struct Sight {
  PlayerState state;
  bool seen = false;
  bool reached = false;
};

bool has_time(const mcp::CallContext& context, base::Duration wait) {
  if (context.deadline() == base::Instant::never()) return true;
  return context.loop().now() + wait + kReserve < context.deadline();
}

base::Task<base::Result<PlayerState>> read_state(mcp::CallContext& context, std::shared_ptr<spotify::Client> client) {
  spotify::Call call = fresh_call_of(context);
  call.deadline = std::min(call.deadline, context.loop().now() + kLookMax);
  co_return co_await client->playback(std::nullopt, call);
}

base::Task<Sight> look(const Services& services, mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                       std::function<bool(const PlayerState&)> reached) {
  Sight sight;
  const std::array waits{services.options.first_look, services.options.second_look};
  for (const auto wait : waits) {
    if (!has_time(context, wait)) break;
    co_await base::sleep_for(context.loop(), wait);
    auto state = co_await read_state(context, client);
    if (!state) break;
    sight.state = *std::move(state);
    sight.seen = true;
    sight.reached = reached(sight.state);
    if (sight.reached) break;
  }
  co_return sight;
}

PlayerAnswer answer_of(const Presenter& presenter, Status status, std::string sentence, const PlayerState& state) {
  PlayerAnswer answer{.summary = std::move(sentence), .status = status};
  if (!state) return answer;
  if (state->item) {
    if (const auto item = presenter.item(*state->item)) answer.item_uri = item->uri;
    answer.summary +=
        fmt::format(" {}: {}", state->is_playing ? "Now playing" : "Paused at", presenter.spoken(*state->item));
    if (state->device) answer.summary += fmt::format(" on {}", presenter.spoken(*state->device));
    answer.summary += ".";
  }
  if (state->device && state->device->id) answer.device_id = state->device->id->text();
  return answer;
}

bool is_about_a_device(const std::optional<Cause>& cause) {
  return cause == Cause::kNoActiveDevice || cause == Cause::kDeviceNotFound || cause == Cause::kRestriction;
}

// The one that a command without a device, or with this one, goes to.
const spotify::Device* target_in(const spotify::Several<spotify::Device>& devices,
                                 const std::optional<spotify::DeviceId>& named) {
  for (const spotify::Device& each : devices) {
    const bool is_it = named ? each.id && each.id->text() == named->text() : each.is_active;
    if (is_it) return &each;
  }
  return nullptr;
}

// What is needed to come back: no names.
json::Object state_of(const PlayerState& state) {
  json::Object object;
  if (!state) return object;
  object.append("playing", state->is_playing);
  object.append("shuffle", state->shuffle_state);
  object.append("repeat", std::string(state->repeat_state.text()));
  if (state->progress_ms) object.append("progress_ms", *state->progress_ms);
  if (state->context && state->context->uri) object.append("context", state->context->uri->text());
  if (state->item && uri_of(*state->item)) object.append("item", uri_of(*state->item)->text());
  if (state->device && state->device->id) object.append("device", state->device->id->text());
  if (state->device && state->device->volume_percent) object.append("volume", *state->device->volume_percent);
  return object;
}

Receipt receipt_of(const Services& services, const Goal& goal) {
  Receipt receipt{.id = services.desk.new_id("rcpt_"), .tool = goal.tool, .at = services.desk.now()};
  receipt.way = Way::kPlayer;
  if (goal.before && *goal.before) {
    receipt.data = {{"before", state_of(*goal.before)}};
  } else {
    receipt.way = Way::kNoWay;
    receipt.data = {{"why", goal.before ? "Nothing was playing before." : "It was not known what played before."}};
  }
  return receipt;
}

// Spotify says only that it is not allowed; the state may say why.
void explain(const PlayerState& state, base::Error& error) {
  if (!state) return;
  if (state->currently_playing_type == "ad") {
    error.message = "An advertisement plays, and Spotify lets nobody skip it or seek in it. Try again when it is over.";
  } else if (state->device && state->device->is_restricted) {
    error.message = "The active device takes no commands from here. Pass the device_id of another one.";
  }
}

base::Task<base::Result<PlayerAnswer>> end_of(const Services& services, mcp::CallContext& context,
                                              std::shared_ptr<spotify::Client> client, base::Result<void> outcome,
                                              Goal goal) {
  const Presenter presenter(services);
  if (outcome) {
    const Sight sight = co_await look(services, context, client, goal.reached);
    if (sight.reached) co_return answer_of(presenter, Status::kVerified, goal.done, sight.state);
    co_return answer_of(presenter, Status::kAccepted,
                        "Spotify took the command, but the player does not show it yet; get_playback_state tells.",
                        sight.state);
  }
  base::Error error = std::move(outcome).error();
  const auto cause = spotify::cause_of(error);
  if (cause == Cause::kMayHaveHappened) {
    const Sight sight = co_await look(services, context, client, goal.reached);
    if (sight.reached) co_return answer_of(presenter, Status::kVerified, goal.done, sight.state);
    co_return answer_of(presenter, Status::kAmbiguous,
                        "No answer came, so the command may or may not have been carried out. Call get_playback_state "
                        "before repeating it.",
                        sight.state);
  }
  const bool may_be_so_already = goal.wish == Wish::kState;
  if (may_be_so_already && cause == Cause::kNoActiveDevice && goal.reached(std::nullopt)) {
    co_return answer_of(presenter, Status::kUnchanged, "Nothing is playing, so there was nothing to do.", std::nullopt);
  }
  if (cause == Cause::kRestriction) {
    // What was read just before the command says it; each read more is one of the quota.
    const auto state = goal.before ? base::Result<PlayerState>(*goal.before) : co_await read_state(context, client);
    if (state && may_be_so_already && goal.reached(*state)) {
      co_return answer_of(presenter, Status::kUnchanged, "It was so already; nothing was changed.", *state);
    }
    if (state) explain(*state, error);
  }
  co_return std::unexpected(co_await with_devices(services, context, client, std::move(error), goal.device));
}

}  // namespace

base::Task<base::Error> with_devices(const Services& services, mcp::CallContext& context,
                                     std::shared_ptr<spotify::Client> client, base::Error error,
                                     std::optional<spotify::DeviceId> device) {
  const auto cause = spotify::cause_of(error);
  if (!is_about_a_device(cause)) co_return error;
  const auto devices = co_await client->devices(fresh_call_of(context));
  if (!devices) co_return error;
  const Presenter presenter(services);
  std::string what = cause == Cause::kNoActiveDevice ? "No active device." : "No device with that id is online.";
  if (cause == Cause::kRestriction) {
    const spotify::Device* target = target_in(*devices, device);
    if (target == nullptr || !target->is_restricted) co_return error;
    what = fmt::format("{} takes no commands; choose another device.", presenter.spoken(*target));
  }
  std::vector<std::string> lines;
  for (const auto& each : *devices) {
    if (!each.id || each.is_restricted || lines.size() == kDevicesNamedMax) continue;
    const std::string name = presenter.quoted(each.name, "");
    lines.push_back(name.empty() ? fmt::format("{} ({})", each.id->text(), each.type.text())
                                 : fmt::format("{} (id {}, {})", name, each.id->text(), each.type.text()));
  }
  error.message =
      lines.empty()
          ? fmt::format(
                "{} Spotify shows no other device either. Open Spotify on a phone, computer or speaker, then try "
                "again.",
                what)
          : fmt::format("{} Devices: {}. Pass device_id, or open Spotify on one of them.", what,
                        fmt::join(lines, "; "));
  co_return error;
}

base::Task<std::optional<base::Error>> volume_obstacle(const Services& services, mcp::CallContext& context,
                                                       std::shared_ptr<spotify::Client> client,
                                                       std::optional<spotify::DeviceId> device) {
  const auto devices = co_await client->devices(fresh_call_of(context));
  if (!devices) co_return std::nullopt;
  const spotify::Device* target = target_in(*devices, device);
  std::optional<Cause> cause;
  if (target == nullptr) cause = device ? Cause::kDeviceNotFound : Cause::kNoActiveDevice;
  if (target != nullptr && target->is_restricted) cause = Cause::kRestriction;
  if (cause) {
    base::Error error = spotify::make_error(*cause, base::Code::kConflict, "No device takes this command.");
    co_return co_await with_devices(services, context, client, std::move(error), std::move(device));
  }
  if (target->supports_volume.value_or(true)) co_return std::nullopt;
  co_return spotify::make_error(
      Cause::kVolumeFixed, base::Code::kConflict,
      fmt::format("The volume of {} cannot be set from here. Set it on the device, or choose another.",
                  Presenter(services).spoken(*target)));
}

base::Task<base::Result<PlayerAnswer>> conclude(const Services& services, mcp::CallContext& context,
                                                std::shared_ptr<spotify::Client> client, base::Result<void> outcome,
                                                Goal goal) {
  Receipt receipt = receipt_of(services, goal);
  const std::string principal = context.principal().id;
  CO_TRY(PlayerAnswer answer, co_await end_of(services, context, client, std::move(outcome), std::move(goal)));
  if (answer.status == Status::kUnchanged) co_return answer;
  std::string id = receipt.id;
  // The command is out; that it cannot be taken back by a receipt is no failure of it.
  if (co_await keep(services, principal, std::move(receipt))) answer.receipt = std::move(id);
  co_return answer;
}

base::Task<std::optional<PlayerState>> stand_of(mcp::CallContext& context, std::shared_ptr<spotify::Client> client) {
  if (!has_time(context, kReserve)) co_return std::nullopt;
  auto state = co_await read_state(context, client);
  if (!state) co_return std::nullopt;
  co_return *std::move(state);
}

base::Task<std::optional<std::string>> keep_final(const Services& services, mcp::CallContext& context, std::string tool,
                                                  std::string why) {
  Receipt receipt{.id = services.desk.new_id("rcpt_"), .tool = std::move(tool), .at = services.desk.now()};
  receipt.way = Way::kNoWay;
  receipt.data = {{"why", std::move(why)}};
  std::string id = receipt.id;
  if (!co_await keep(services, context.principal().id, std::move(receipt))) co_return std::nullopt;
  co_return id;
}

PlayerAnswer dry_run_of(std::string what) {
  return {.summary = fmt::format("Dry run, nothing was sent. {}", what), .status = Status::kDryRun};
}

std::optional<int64_t> length_ms_of(const std::optional<PlayerState>& state) {
  if (!state || !*state || !(*state)->item) return std::nullopt;
  const spotify::Playable& item = *(*state)->item;
  if (const auto* track = std::get_if<spotify::Track>(&item)) return number(track->duration_ms);
  if (const auto* episode = std::get_if<spotify::Episode>(&item)) return number(episode->duration_ms);
  return std::nullopt;
}

bool is_on(const PlayerState& state, const std::optional<spotify::DeviceId>& device) {
  if (!state) return false;
  if (!device) return true;
  return state->device && state->device->id && state->device->id->text() == device->text();
}

}  // namespace tools
