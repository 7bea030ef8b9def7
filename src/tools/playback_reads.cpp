#include "tools/playback_reads.h"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "schema/fields.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/list.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {
namespace {

struct StateAnswer {
  std::string summary;
  bool is_playing = false;
  std::optional<Item> item{};
  std::optional<int64_t> progress_ms{};
  std::optional<Device> device{};
  std::optional<std::string> context_uri{};
  std::optional<bool> shuffle{};
  std::optional<std::string> repeat{};

  static constexpr auto fields() {
    using Self = StateAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary), schema::required("is_playing", &Self::is_playing),
        schema::optional("item", &Self::item),       schema::optional("progress_ms", &Self::progress_ms),
        schema::optional("device", &Self::device),   schema::optional("context_uri", &Self::context_uri),
        schema::optional("shuffle", &Self::shuffle), schema::optional("repeat", &Self::repeat),
    };
  }
};

std::string summary_of(const Presenter& presenter, const spotify::Playback& playback) {
  const std::string where = playback.device ? fmt::format(" on {}", presenter.spoken(*playback.device)) : std::string();
  if (playback.item) {
    return fmt::format("{} {}{}.", playback.is_playing ? "Playing" : "Paused:", presenter.spoken(*playback.item),
                       where);
  }
  if (playback.currently_playing_type == "ad") return fmt::format("An advertisement plays{}.", where);
  return fmt::format("{}{}, but Spotify does not say what (it may be a private session).",
                     playback.is_playing ? "Playing" : "Paused", where);
}

base::Task<base::Result<StateAnswer>> get_playback_state(const Services& services, mcp::CallContext& context,
                                                         schema::Empty) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto playback, co_await client->playback(std::nullopt, call_of(context)));
  const Presenter presenter(services);
  StateAnswer answer;
  if (!playback) {
    answer.summary = "Nothing is playing and no device is active; a private session looks the same.";
    if (services.offers("get_devices")) answer.summary += " get_devices shows where playback could start.";
    co_return answer;
  }
  answer.summary = summary_of(presenter, *playback);
  answer.is_playing = playback->is_playing;
  if (playback->item) answer.item = presenter.item(*playback->item);
  if (playback->progress_ms) answer.progress_ms = *playback->progress_ms;
  if (playback->device) answer.device = presenter.device(*playback->device);
  if (playback->context && playback->context->uri) answer.context_uri = playback->context->uri->text();
  answer.shuffle = playback->shuffle_state;
  answer.repeat = text_of(playback->repeat_state);
  co_return answer;
}

struct DevicesAnswer {
  std::string summary;
  std::vector<Device> items;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &DevicesAnswer::summary),
        schema::required("items", &DevicesAnswer::items),
    };
  }
};

base::Task<base::Result<DevicesAnswer>> get_devices(const Services& services, mcp::CallContext& context,
                                                    schema::Empty) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto devices, co_await client->devices(call_of(context)));
  const Presenter presenter(services);
  DevicesAnswer answer;
  const spotify::Device* active = nullptr;
  for (const auto& device : devices) {
    answer.items.push_back(presenter.device(device));
    if (device.is_active) active = &device;
  }
  if (devices.empty()) {
    answer.summary = "No device is online. Open Spotify on a phone, computer or speaker.";
  } else {
    answer.summary = fmt::format("{} online, {}.", devices.size(),
                                 active ? fmt::format("{} is active", presenter.spoken(*active)) : "none is active");
  }
  co_return answer;
}

struct RecentArguments {
  Limit limit{20};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("limit", &RecentArguments::limit, kAboutLimit),
        schema::optional("cursor", &RecentArguments::cursor, kAboutCursor),
    };
  }
};

// "2026-02-25T20:15:20.497Z" as Unix milliseconds.
std::optional<int64_t> unix_ms_of(const spotify::Word& time) {
  constexpr size_t kToSeconds = 19;
  const std::string_view text = time.text();
  if (text.size() < kToSeconds + 1 || text.back() != 'Z') return std::nullopt;
  const auto number = [&](size_t from, size_t count) { return base::parse_integer(text.substr(from, count)); };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  const auto hour = number(11, 2);
  const auto minute = number(14, 2);
  const auto second = number(17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  int64_t milliseconds = 0;
  if (text[kToSeconds] == '.') {
    if (text.size() != kToSeconds + 5) return std::nullopt;
    const auto fraction = number(kToSeconds + 1, 3);
    if (!fraction) return std::nullopt;
    milliseconds = *fraction;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (((days * 24 + *hour) * 60 + *minute) * 60 + *second) * 1000 + milliseconds;
}

base::Task<base::Result<List>> get_recently_played(const Services& services, mcp::CallContext& context,
                                                   RecentArguments arguments) {
  const ListKey key(services, context, "get_recently_played", {});
  spotify::RecentlyPlayedRequest request{.limit = static_cast<int>(arguments.limit.value())};
  if (arguments.cursor) {
    CO_TRY(const json::Object place, key.place_of(*arguments.cursor));
    const json::Value* before = place.find("b");
    if (before == nullptr || !before->is_integer() || before->integer() < 0) {
      co_return std::unexpected(invalid_cursor());
    }
    request.before_ms = before->integer();
  }
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page, co_await client->recently_played(request, call_of(context)));
  const Presenter presenter(services);
  List answer;
  std::vector<std::optional<int64_t>> times;
  for (const auto& play : page.items) {
    auto item = presenter.item(play.track);
    if (!item) continue;
    item->played_at = text_of(play.played_at);
    times.push_back(unix_ms_of(play.played_at));
    answer.items.push_back(*std::move(item));
  }
  const auto after_row = [&](size_t n) {
    const auto time = n > 0 && n <= times.size() ? times[n - 1] : std::nullopt;
    return time ? key.cursor_at(json::Object{{"b", *time}}) : std::string();
  };
  const auto unusable = [&](size_t rows) { return static_cast<int64_t>(rows - answer.items.size()); };
  answer.skipped = page.items.skipped + unusable(page.items.size());
  if (page.cursors && page.cursors->before) {
    const auto before = base::parse_integer(*page.cursors->before);
    if (before) answer.next_cursor = key.cursor_at(json::Object{{"b", *before}});
  }
  fit(answer, services.options.answer_bytes_max, after_row);
  if (answer.next_cursor && answer.next_cursor->empty()) answer.next_cursor.reset();
  co_return answer;
}

mcp::ToolInfo reading(std::string name, std::string title, std::string description, std::string scope) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = mcp::Effect::kRead,
          .toolset = "playback",
          .scopes = {std::move(scope)}};
}

}  // namespace

std::vector<mcp::Tool> playback_read_tools(const Services& services) {
  return {
      make(services,
           reading("get_playback_state", "Now playing", "What plays, where, shuffle, repeat, volume.",
                   "user-read-playback-state"),
           &get_playback_state),
      make(services,
           reading("get_devices", "Devices", "Devices online, with the id that other tools take.",
                   "user-read-playback-state"),
           &get_devices),
      make(services,
           reading("get_recently_played", "Recently played", "Tracks played lately, newest first.",
                   "user-read-recently-played"),
           &get_recently_played),
  };
}

}  // namespace tools
