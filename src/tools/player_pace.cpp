#include "tools/player_pace.h"

#include <algorithm>
#include <cstdlib>

namespace tools {
namespace {

using std::chrono::milliseconds;

// Progress that is further off than a slow answer explains.
constexpr int64_t kJumpMs = 3000;
constexpr int kDoublingsMax = 8;
// Behind the end of a track, so that the look finds the next one.
constexpr milliseconds kPastTheEnd{300};

milliseconds doubled(milliseconds wait, int times, milliseconds longest) {
  return std::min(wait * (1 << std::min(times, kDoublingsMax)), longest);
}

template <class T>
std::string text_of_id(const spotify::Maybe<T>& value) {
  return value ? std::string(value->text()) : std::string();
}

std::optional<int64_t> duration_of(const spotify::Playable& item) {
  if (const auto* track = std::get_if<spotify::Track>(&item)) return track->duration_ms;
  if (const auto* episode = std::get_if<spotify::Episode>(&item)) return episode->duration_ms;
  return std::nullopt;
}

}  // namespace

PlayerSight PlayerSight::of(const std::optional<spotify::Playback>& playback, base::Instant seen) {
  PlayerSight sight{.seen = seen};
  if (!playback) return sight;
  sight.is_active = true;
  sight.is_playing = playback->is_playing;
  if (playback->item) {
    sight.item = text_of_id(spotify::uri_of(*playback->item));
    sight.duration_ms = duration_of(*playback->item);
  }
  if (playback->device) {
    sight.device = text_of_id(playback->device->id);
    sight.volume = playback->device->volume_percent;
  }
  if (playback->context) sight.context = text_of_id(playback->context->uri);
  sight.repeat = playback->repeat_state.text();
  sight.shuffle = playback->shuffle_state;
  sight.progress_ms = playback->progress_ms;
  return sight;
}

bool differs(const PlayerSight& before, const PlayerSight& after) {
  const auto key = [](const PlayerSight& sight) {
    return std::tie(sight.is_active, sight.is_playing, sight.item, sight.device, sight.context, sight.repeat,
                    sight.shuffle, sight.volume);
  };
  if (key(before) != key(after)) return true;
  if (!before.progress_ms || !after.progress_ms) return false;
  const int64_t passed =
      after.is_playing ? std::chrono::duration_cast<milliseconds>(after.seen - before.seen).count() : 0;
  return std::abs(*after.progress_ms - *before.progress_ms - passed) > kJumpMs;
}

base::Duration PlayerPace::after(const PlayerSight& sight, int unchanged) const {
  if (!sight.is_active) return doubled(idle, unchanged, idle_max);
  if (!sight.is_playing) return doubled(paused, unchanged, paused_max);
  if (!sight.progress_ms || !sight.duration_ms) return playing;
  const milliseconds left{std::max<int64_t>(0, *sight.duration_ms - *sight.progress_ms)};
  return std::clamp<milliseconds>(left + kPastTheEnd, fastest, playing);
}

base::Duration PlayerPace::after_failure(int failures, std::optional<std::chrono::seconds> retry_after) const {
  const milliseconds own = doubled(failed, failures - 1, failed_max);
  return retry_after ? std::max<milliseconds>(own, *retry_after) : own;
}

base::Duration PlayerPace::spared(base::Duration wait, const spotify::QuotaReport& quota) const {
  if (quota.window_max > 0) {
    const int64_t percent = 100 * quota.window_used / quota.window_max;
    constexpr int kHalf = 50;
    constexpr int kMost = 80;
    if (percent >= kMost) {
      wait *= 6;
    } else if (percent >= kHalf) {
      wait *= 2;
    }
  }
  for (const spotify::BucketUsage& usage : quota.buckets) {
    if (usage.bucket == spotify::Bucket::kPlayer && usage.last_24_hours > day_budget) {
      wait = std::max<base::Duration>(wait, idle);
    }
  }
  return wait;
}

}  // namespace tools
