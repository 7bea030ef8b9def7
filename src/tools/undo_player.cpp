// The way back from a command of the player.
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "spotify/errors.h"
#include "tools/arguments.h"
#include "tools/player.h"
#include "tools/spoken.h"

namespace tools {
namespace {

// What a receipt says of the player; what is not known is left alone.
struct Stand {
  bool playing = false;
  bool shuffle = false;
  std::string repeat{};
  std::optional<int64_t> progress_ms{};
  std::optional<spotify::ContextUri> context{};
  std::optional<spotify::PlayableUri> item{};
  std::optional<spotify::DeviceId> device{};
  std::optional<int64_t> volume{};
};

template <class Id>
std::optional<Id> id_in(const json::Value& before, std::string_view name) {
  const std::string_view text = before.text_or_empty(name);
  if (text.empty()) return std::nullopt;
  auto parsed = Id::parse(text);
  return parsed ? std::optional(*std::move(parsed)) : std::nullopt;
}

Stand stand_in(const Receipt& receipt) {
  const json::Value* before = receipt.data.find("before");
  Stand stand;
  if (before == nullptr) return stand;
  const auto flag = [&](std::string_view name) {
    const json::Value* value = before->find(name);
    return value != nullptr && *value == json::Value(true);
  };
  const auto number = [&](std::string_view name) -> std::optional<int64_t> {
    const json::Value* value = before->find(name);
    return value != nullptr && value->is_integer() ? std::optional(value->integer()) : std::nullopt;
  };
  return {.playing = flag("playing"),
          .shuffle = flag("shuffle"),
          .repeat = std::string(before->text_or_empty("repeat")),
          .progress_ms = number("progress_ms"),
          .context = id_in<spotify::ContextUri>(*before, "context"),
          .item = id_in<spotify::PlayableUri>(*before, "item"),
          .device = id_in<spotify::DeviceId>(*before, "device"),
          .volume = number("volume")};
}

std::optional<spotify::RepeatMode> mode_of(std::string_view name) {
  for (const auto& [mode, each] : schema::EnumNames<spotify::RepeatMode>::kNames) {
    if (each == name) return mode;
  }
  return std::nullopt;
}

bool plays_item(const PlayerState& state, const std::optional<spotify::PlayableUri>& item) {
  if (!state || !state->item || !item) return false;
  const auto& uri = uri_of(*state->item);
  return uri && uri->text() == item->text();
}

// One request of the way back.
struct Step {
  std::string would;
  Goal goal;
  base::Task<base::Result<void>> (*send)(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call);
};

base::Task<base::Result<void>> send_volume(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call) {
  const auto percent = schema::Bounded<0, 100>(std::clamp<int64_t>(*stand.volume, 0, 100));
  co_return co_await client->set_volume(percent, stand.device, call);
}
base::Task<base::Result<void>> send_shuffle(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call) {
  const auto shuffle = stand.shuffle ? spotify::Shuffle::kOn : spotify::Shuffle::kOff;
  co_return co_await client->set_shuffle(shuffle, std::nullopt, call);
}
base::Task<base::Result<void>> send_repeat(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call) {
  co_return co_await client->set_repeat(*mode_of(stand.repeat), std::nullopt, call);
}
base::Task<base::Result<void>> send_transfer(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call) {
  co_return co_await client->transfer(*stand.device, spotify::OnTransfer::kKeep, call);
}
base::Task<base::Result<void>> send_pause(std::shared_ptr<spotify::Client> client, Stand, spotify::Call call) {
  co_return co_await client->pause(std::nullopt, call);
}
base::Task<base::Result<void>> send_resume(std::shared_ptr<spotify::Client> client, Stand, spotify::Call call) {
  co_return co_await client->play({}, call);
}
base::Task<base::Result<void>> send_seek(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call) {
  co_return co_await client->seek(*stand.progress_ms, std::nullopt, call);
}
// What played before, from where it stood.
base::Task<base::Result<void>> send_item(std::shared_ptr<spotify::Client> client, Stand stand, spotify::Call call) {
  spotify::PlayRequest request{.device = stand.device, .context = stand.context};
  const bool has_offset = stand.context && stand.context->kind() != spotify::Kind::kArtist;
  if (!stand.context) request.items = {*stand.item};
  if (has_offset) request.offset = *stand.item;
  request.position_ms = stand.progress_ms;
  co_return co_await client->play(std::move(request), call);
}

Step step_to_item(const Stand& stand) {
  return {.would = fmt::format("play {} again, from where it stood", stand.item->text()),
          .goal = {.done = "What played before plays again.",
                   .wish = Wish::kStep,
                   .reached = [item = stand.item](const PlayerState& state) { return plays_item(state, item); }},
          .send = &send_item};
}

// Nothing when what the command changed is not known, or cannot be had again.
std::optional<Step> step_for(const std::string& tool, const Stand& stand) {
  if (tool == "set_volume" && stand.volume) {
    return Step{.would = fmt::format("set the volume to {}%", *stand.volume),
                .goal = {.done = fmt::format("The volume is {}% again.", *stand.volume),
                         .reached =
                             [volume = *stand.volume](const PlayerState& state) {
                               return state && state->device && state->device->volume_percent &&
                                      std::abs(*state->device->volume_percent - volume) <= 1;
                             }},
                .send = &send_volume};
  }
  if (tool == "set_shuffle") {
    return Step{.would = fmt::format("turn shuffle {}", stand.shuffle ? "on" : "off"),
                .goal = {.done = fmt::format("Shuffle is {} again.", stand.shuffle ? "on" : "off"),
                         .reached = [on = stand.shuffle](
                                        const PlayerState& state) { return state && state->shuffle_state == on; }},
                .send = &send_shuffle};
  }
  if (tool == "set_repeat" && mode_of(stand.repeat)) {
    return Step{.would = fmt::format("set repeat to {}", stand.repeat),
                .goal = {.done = fmt::format("Repeat is {} again.", stand.repeat),
                         .reached = [mode = stand.repeat](
                                        const PlayerState& state) { return state && state->repeat_state == mode; }},
                .send = &send_repeat};
  }
  if (tool == "transfer_playback" && stand.device) {
    return Step{.would = fmt::format("move playback back to device {}", stand.device->text()),
                .goal = {.done = "Playback is back where it was.",
                         .reached = [device = stand.device](const PlayerState& state) { return is_on(state, device); }},
                .send = &send_transfer};
  }
  if (tool == "pause" && stand.playing) {
    return Step{.would = "let playback run again",
                .goal = {.done = "Playback runs again.",
                         .reached = [](const PlayerState& state) { return state && state->is_playing; }},
                .send = &send_resume};
  }
  if (tool == "play" && !stand.playing) {
    return Step{.would = "pause playback",
                .goal = {.done = "Paused again.",
                         .reached = [](const PlayerState& state) { return !state || !state->is_playing; }},
                .send = &send_pause};
  }
  if (tool == "seek" && stand.progress_ms) {
    return Step{.would = fmt::format("go back to {} ms", *stand.progress_ms),
                .goal = {.done = "The item plays from where it stood.",
                         .wish = Wish::kStep,
                         .reached =
                             [from = *stand.progress_ms](const PlayerState& state) {
                               constexpr int64_t kDriftMs = 15'000;
                               const int64_t progress = state ? state->progress_ms.value_or(-1) : -1;
                               return progress >= from - 1000 && progress <= from + kDriftMs;
                             }},
                .send = &send_seek};
  }
  const bool went_on = tool == "play" || tool == "skip_next" || tool == "skip_previous";
  if (went_on && stand.item) return step_to_item(stand);
  return std::nullopt;
}

}  // namespace

base::Task<base::Result<PlayerAnswer>> restore_player(const Services& services, mcp::CallContext& context,
                                                      std::shared_ptr<spotify::Client> client, Receipt receipt,
                                                      Run run) {
  const Stand stand = stand_in(receipt);
  auto step = step_for(receipt.tool, stand);
  if (!step) {
    co_return PlayerAnswer{.summary = fmt::format("Nothing was changed: {} cannot be taken back, because it is not "
                                                  "known well enough how the player stood before.",
                                                  receipt.tool),
                           .status = Status::kUnchanged};
  }
  if (run == Run::kDry) {
    // The person who is asked knows items by their names; a receipt holds none.
    if (step->send == &send_item) {
      const std::string name = co_await spoken_of(services, context, client, {stand.item->text()});
      step->would = fmt::format("play {} again, from where it stood", name);
    }
    co_return dry_run_of(fmt::format("Would {}, as before {}.", step->would, receipt.tool));
  }
  step->goal.before = co_await stand_of(context, client);
  // The way back from this is that of the command.
  step->goal.tool = receipt.tool;
  auto outcome = co_await step->send(client, stand, call_of(context));
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(step->goal));
}

}  // namespace tools
