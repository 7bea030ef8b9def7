// The toolset "playback": what plays, where, and the commands of the player.
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/make.h"
#include "tools/playback_reads.h"
#include "tools/player.h"
#include "tools/present.h"

namespace tools {
namespace {

// Between the command and the look the item plays on.
constexpr int64_t kDriftMs = 15'000;

using Milliseconds = schema::Bounded<0, 86'400'000>;
using Volume = schema::Bounded<0, 100>;
using DeviceChoice = std::optional<spotify::DeviceId>;

// The commands that take nothing but a device.
struct DeviceArguments {
  DeviceChoice device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::optional("device_id", &DeviceArguments::device_id, kAboutDevice),
        schema::defaulted("dry_run", &DeviceArguments::dry_run, kAboutDryRun),
    };
  }
};

struct PlayArguments {
  std::optional<spotify::ContextUri> context_uri;
  std::optional<schema::List<spotify::PlayableUri, 1, spotify::kPlayItemsMax>> uris;
  std::optional<schema::Bounded<0, 100'000>> offset_position;
  std::optional<spotify::PlayableUri> offset_uri;
  std::optional<Milliseconds> position_ms;
  DeviceChoice device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = PlayArguments;
    return schema::Fields{
        schema::optional("context_uri", &Self::context_uri, "Album, artist, playlist or show to play through.",
                         "id playlist_id album_id artist_id show_id playlist album artist show context"),
        schema::optional("uris", &Self::uris, "Or tracks and episodes to play in order.", kMeansUris),
        schema::optional("offset_position", &Self::offset_position, "Start at this place, from 0."),
        schema::optional("offset_uri", &Self::offset_uri, "Or start at this item."),
        schema::optional("position_ms", &Self::position_ms, "Start within the item."),
        schema::optional("device_id", &Self::device_id, kAboutDevice),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Error problem(std::string message) {
  return {base::Code::kInvalidArgument, std::move(message), "", std::nullopt};
}

// Where to begin must be one of the items that are given; of a context Spotify looks itself.
std::optional<base::Error> find_problem_in_list(const PlayArguments& arguments,
                                                const std::vector<spotify::PlayableUri>& items) {
  if (arguments.offset_position && arguments.offset_position->value() >= static_cast<int64_t>(items.size())) {
    return problem(fmt::format("offset_position must be below {}: uris has {}, and the first is 0.", items.size(),
                               base::count_of(items.size(), "item")));
  }
  if (arguments.offset_uri && std::ranges::find(items, *arguments.offset_uri) == items.end()) {
    return problem("offset_uri must be one of uris.");
  }
  return std::nullopt;
}

std::optional<base::Error> find_problem(const PlayArguments& arguments) {
  if (arguments.context_uri && arguments.uris) return problem("Pass context_uri or uris, not both.");
  const bool has_offset = arguments.offset_position || arguments.offset_uri;
  if (arguments.offset_position && arguments.offset_uri) {
    return problem("Pass offset_position or offset_uri, not both.");
  }
  if (has_offset && !arguments.context_uri && !arguments.uris) {
    return problem("offset_position and offset_uri need context_uri or uris.");
  }
  if (has_offset && arguments.context_uri && arguments.context_uri->kind() == spotify::Kind::kArtist) {
    return problem("Spotify cannot start an artist at an offset. Leave the offset out, or play an album.");
  }
  return arguments.uris ? find_problem_in_list(arguments, arguments.uris->items()) : std::nullopt;
}

bool plays(const PlayerState& state, const PlayArguments& arguments) {
  if (!is_on(state, arguments.device_id) || !state->is_playing) return false;
  if (!arguments.context_uri && !arguments.uris) return true;
  // What was playing before may be in the same album: it has just begun, or it is not the answer to this command.
  const int64_t from = arguments.position_ms ? arguments.position_ms->value() : 0;
  const int64_t progress = state->progress_ms.value_or(0);
  if (progress < from || progress > from + kDriftMs) return false;
  const auto* uri = state->item ? &uri_of(*state->item) : nullptr;
  const auto is_item = [&](const spotify::PlayableUri& item) {
    return uri != nullptr && *uri && (*uri)->text() == item.text();
  };
  if (arguments.offset_uri && !is_item(*arguments.offset_uri)) return false;
  if (arguments.uris) return std::ranges::any_of(arguments.uris->items(), is_item);
  return state->context && state->context->uri && state->context->uri->text() == arguments.context_uri->text();
}

std::string plan_of(const PlayArguments& arguments) {
  std::string what = "resume what was playing";
  if (arguments.context_uri) what = fmt::format("play {}", arguments.context_uri->text());
  if (arguments.uris) what = "play " + base::count_of(arguments.uris->items().size(), "item");
  return fmt::format("Would {} on {}.", what,
                     arguments.device_id ? fmt::format("device {}", arguments.device_id->text()) : "the active device");
}

base::Task<base::Result<PlayerAnswer>> play(const Services& services, mcp::CallContext& context,
                                            PlayArguments arguments) {
  if (auto problem = find_problem(arguments)) co_return std::unexpected(*std::move(problem));
  if (arguments.dry_run) co_return dry_run_of(plan_of(arguments));
  spotify::PlayRequest request;
  request.device = arguments.device_id;
  request.context = arguments.context_uri;
  if (arguments.uris) request.items = arguments.uris->items();
  if (arguments.offset_position) request.offset = static_cast<int>(arguments.offset_position->value());
  if (arguments.offset_uri) request.offset = *arguments.offset_uri;
  if (arguments.position_ms) request.position_ms = arguments.position_ms->value();
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  auto outcome = co_await client->play(std::move(request), call_of(context));
  const bool resumes = !arguments.context_uri && !arguments.uris;
  Goal goal{.tool = "play",
            .before = before,
            .done = resumes ? "Playback runs." : "Playback started.",
            .wish = resumes ? Wish::kState : Wish::kStep,
            .device = arguments.device_id,
            .reached = [arguments](const PlayerState& state) { return plays(state, arguments); }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

base::Task<base::Result<PlayerAnswer>> pause(const Services& services, mcp::CallContext& context,
                                             DeviceArguments arguments) {
  if (arguments.dry_run) co_return dry_run_of("Would pause playback.");
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  auto outcome = co_await client->pause(arguments.device_id, call_of(context));
  Goal goal{.tool = "pause",
            .before = before,
            .done = "Paused.",
            .wish = Wish::kState,
            .device = arguments.device_id,
            .reached = [](const PlayerState& state) { return !state || !state->is_playing; }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

// Where the player stands, to tell afterwards whether a skip moved it.
struct Mark {
  std::string uri;
  int64_t progress_ms = 0;
  bool known = false;
};

Mark mark_of(const std::optional<PlayerState>& state) {
  if (!state || !*state || !(*state)->item) return {};
  const auto& uri = uri_of(*(*state)->item);
  return {.uri = uri ? uri->text() : "", .progress_ms = (*state)->progress_ms.value_or(0), .known = true};
}

Goal skip_goal(std::string done, Mark before) {
  return {.done = std::move(done), .wish = Wish::kStep, .reached = [before](const PlayerState& state) {
            if (!before.known || !state || !state->item) return false;
            const auto& uri = uri_of(*state->item);
            const bool moved = (uri ? uri->text() : "") != before.uri;
            return moved || state->progress_ms.value_or(0) < before.progress_ms;
          }};
}

base::Task<base::Result<PlayerAnswer>> skip_next(const Services& services, mcp::CallContext& context,
                                                 DeviceArguments arguments) {
  if (arguments.dry_run) co_return dry_run_of("Would skip to the next item.");
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  auto outcome = co_await client->next(arguments.device_id, call_of(context));
  Goal goal = skip_goal("Skipped to the next item.", mark_of(before));
  goal.tool = "skip_next";
  goal.device = arguments.device_id;
  goal.before = before;
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

base::Task<base::Result<PlayerAnswer>> skip_previous(const Services& services, mcp::CallContext& context,
                                                     DeviceArguments arguments) {
  if (arguments.dry_run) co_return dry_run_of("Would go back to the previous item.");
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  auto outcome = co_await client->previous(arguments.device_id, call_of(context));
  Goal goal = skip_goal("Went back.", mark_of(before));
  goal.tool = "skip_previous";
  goal.device = arguments.device_id;
  goal.before = before;
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

struct SeekArguments {
  Milliseconds position_ms;
  DeviceChoice device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("position_ms", &SeekArguments::position_ms, "From the start of the item.", "ms seconds time"),
        schema::optional("device_id", &SeekArguments::device_id, kAboutDevice),
        schema::defaulted("dry_run", &SeekArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<PlayerAnswer>> seek(const Services& services, mcp::CallContext& context,
                                            SeekArguments arguments) {
  const int64_t position = arguments.position_ms.value();
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  const auto length = length_ms_of(before);
  const std::string beyond =
      length && position >= *length ? fmt::format("That is beyond the end ({} ms)", *length) : std::string();
  if (arguments.dry_run) {
    co_return dry_run_of(fmt::format("Would go to {} ms of the item that plays.{}", position,
                                     beyond.empty() ? "" : fmt::format(" {}, so the next item would play.", beyond)));
  }
  auto outcome = co_await client->seek(position, arguments.device_id, call_of(context));
  if (!beyond.empty()) {
    Goal goal = skip_goal(beyond + ", so the next item plays.", mark_of(before));
    goal.tool = "skip_next";  // The way back is that of a skip.
    goal.before = before;
    goal.device = arguments.device_id;
    co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
  }
  Goal goal{.tool = "seek",
            .before = before,
            .done = fmt::format("Went to {} ms.", position),
            .wish = Wish::kStep,
            .device = arguments.device_id,
            .reached = [position](const PlayerState& state) {
              const int64_t progress = state ? state->progress_ms.value_or(-1) : -1;
              constexpr int64_t kRoundingMs = 1000;
              return progress >= position - kRoundingMs && progress <= position + kDriftMs;
            }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

struct VolumeArguments {
  Volume volume_percent;
  DeviceChoice device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("volume_percent", &VolumeArguments::volume_percent),
        schema::optional("device_id", &VolumeArguments::device_id, kAboutDevice),
        schema::defaulted("dry_run", &VolumeArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<PlayerAnswer>> set_volume(const Services& services, mcp::CallContext& context,
                                                  VolumeArguments arguments) {
  const int64_t percent = arguments.volume_percent.value();
  const auto client = services.client_for(context.principal());
  if (arguments.dry_run) {
    auto obstacle = co_await volume_obstacle(services, context, client, arguments.device_id);
    if (obstacle) co_return std::unexpected(*std::move(obstacle));
    co_return dry_run_of(fmt::format("Would set the volume to {}%.", percent));
  }
  const auto before = co_await stand_of(context, client);
  auto outcome = co_await client->set_volume(arguments.volume_percent, arguments.device_id, call_of(context));
  Goal goal{.tool = "set_volume",
            .before = before,
            .done = fmt::format("The volume is {}%.", percent),
            .wish = Wish::kState,
            .device = arguments.device_id,
            .reached = [percent, device = arguments.device_id](const PlayerState& state) {
              if (!is_on(state, device) || !state->device || !state->device->volume_percent) return false;
              // Devices have steps of their own and report what they made of it.
              return std::abs(*state->device->volume_percent - percent) <= 1;
            }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

struct ShuffleArguments {
  bool shuffle = false;
  DeviceChoice device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("shuffle", &ShuffleArguments::shuffle, "", "state enabled on"),
        schema::optional("device_id", &ShuffleArguments::device_id, kAboutDevice),
        schema::defaulted("dry_run", &ShuffleArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<PlayerAnswer>> set_shuffle(const Services& services, mcp::CallContext& context,
                                                   ShuffleArguments arguments) {
  const bool on = arguments.shuffle;
  if (arguments.dry_run) co_return dry_run_of(fmt::format("Would turn shuffle {}.", on ? "on" : "off"));
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  const auto wanted = on ? spotify::Shuffle::kOn : spotify::Shuffle::kOff;
  auto outcome = co_await client->set_shuffle(wanted, arguments.device_id, call_of(context));
  Goal goal{.tool = "set_shuffle",
            .before = before,
            .done = fmt::format("Shuffle is {}.", on ? "on" : "off"),
            .wish = Wish::kState,
            .device = arguments.device_id,
            .reached = [on](const PlayerState& state) { return state && state->shuffle_state == on; }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

struct RepeatArguments {
  spotify::RepeatMode mode = spotify::RepeatMode::kOff;
  DeviceChoice device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("mode", &RepeatArguments::mode, "context repeats the album or playlist.", "state repeat"),
        schema::optional("device_id", &RepeatArguments::device_id, kAboutDevice),
        schema::defaulted("dry_run", &RepeatArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<PlayerAnswer>> set_repeat(const Services& services, mcp::CallContext& context,
                                                  RepeatArguments arguments) {
  const std::string mode(schema::enum_name(arguments.mode));
  if (arguments.dry_run) co_return dry_run_of(fmt::format("Would set repeat to {}.", mode));
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  auto outcome = co_await client->set_repeat(arguments.mode, arguments.device_id, call_of(context));
  Goal goal{.tool = "set_repeat",
            .before = before,
            .done = fmt::format("Repeat is {}.", mode),
            .wish = Wish::kState,
            .device = arguments.device_id,
            .reached = [mode](const PlayerState& state) { return state && state->repeat_state == mode; }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

struct TransferArguments {
  spotify::DeviceId device_id;
  bool play = false;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("device_id", &TransferArguments::device_id, "From get_devices."),
        schema::defaulted("play", &TransferArguments::play, "Start playing there; else as it was."),
        schema::defaulted("dry_run", &TransferArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<PlayerAnswer>> transfer_playback(const Services& services, mcp::CallContext& context,
                                                         TransferArguments arguments) {
  if (arguments.dry_run) {
    co_return dry_run_of(fmt::format("Would move playback to device {}.", arguments.device_id.text()));
  }
  const auto client = services.client_for(context.principal());
  const auto before = co_await stand_of(context, client);
  const auto then = arguments.play ? spotify::OnTransfer::kPlay : spotify::OnTransfer::kKeep;
  auto outcome = co_await client->transfer(arguments.device_id, then, call_of(context));
  Goal goal{.tool = "transfer_playback",
            .before = before,
            .done = "Playback moved.",
            .wish = Wish::kState,
            .device = arguments.device_id,
            .reached = [device = DeviceChoice(arguments.device_id), play = arguments.play](const PlayerState& state) {
              return is_on(state, device) && (!play || state->is_playing);
            }};
  co_return co_await conclude(services, context, client, std::move(outcome), std::move(goal));
}

mcp::ToolInfo command(std::string name, std::string title, std::string description,
                      mcp::Repeat repeat = mcp::Repeat::kIdempotent) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = mcp::Effect::kWrite,
          .repeat = repeat,
          .toolset = "playback",
          .scopes = {"user-modify-playback-state"}};
}

}  // namespace

std::vector<mcp::Tool> playback_tools(const Services& services) {
  std::vector<mcp::Tool> tools = playback_read_tools(services);
  tools.push_back(
      make(services,
           command("play", "Play", "Plays an album, artist, playlist, show or a list of tracks; without any, resumes."),
           &play));
  tools.push_back(make(services, command("pause", "Pause", "Pauses playback."), &pause));
  tools.push_back(
      make(services, command("skip_next", "Next", "Skips to the next item.", mcp::Repeat::kAccumulates), &skip_next));
  tools.push_back(
      make(services, command("skip_previous", "Previous", "Goes back to the previous item.", mcp::Repeat::kAccumulates),
           &skip_previous));
  tools.push_back(make(services, command("seek", "Seek", "Goes to a position in the item that plays."), &seek));
  tools.push_back(make(services, command("set_volume", "Volume", "Sets the volume of a device."), &set_volume));
  tools.push_back(make(services, command("set_shuffle", "Shuffle", "Turns shuffle on or off."), &set_shuffle));
  tools.push_back(make(services, command("set_repeat", "Repeat", "Sets the repeat mode."), &set_repeat));
  tools.push_back(make(services, command("transfer_playback", "Transfer playback", "Moves playback to another device."),
                       &transfer_playback));
  return tools;
}

}  // namespace tools
