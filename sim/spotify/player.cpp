#include "sim/spotify/player.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/spotify/seeded.h"

namespace sim::spotify {
namespace {

// A play counts from here on.
constexpr int64_t kCountedPlayMs = 30'000;
constexpr size_t kHistoryMax = 200;

std::unexpected<Failure> restriction() {
  return refuse(403, "Player command failed: Restriction violated", "UNKNOWN");
}

}  // namespace

std::string_view repeat_name(Repeat repeat) {
  switch (repeat) {
    case Repeat::kOff:
      return "off";
    case Repeat::kTrack:
      return "track";
    case Repeat::kContext:
      return "context";
  }
  return "off";
}

void Player::remove_device(std::string_view id) {
  const bool was_active = active_device() != nullptr && active_device()->id == id;
  std::erase_if(devices_, [id](const Device& device) { return device.id == id; });
  if (was_active) is_playing_ = false;
}

const Device* Player::active_device() const {
  const auto found = std::ranges::find(devices_, true, &Device::is_active);
  return found == devices_.end() ? nullptr : &*found;
}

Device* Player::find_device(std::string_view id) {
  const auto found = std::ranges::find_if(devices_, [id](const Device& d) { return d.id == id; });
  return found == devices_.end() ? nullptr : &*found;
}

int64_t Player::progress_ms(base::Wall now) const {
  if (!current_) return 0;
  const int64_t passed = is_playing_ ? (now - progress_since_).count() : 0;
  return std::clamp<int64_t>(progress_at_change_ms_ + passed, 0, current_->duration_ms);
}

void Player::play_advertisement(std::chrono::milliseconds length, base::Wall now) {
  if (!is_playing_ || !current_ || interrupted_) return;
  interrupted_.emplace(*current_, progress_ms(now));
  begin({.uri = "spotify:ad:0000000000000000000000", .duration_ms = length.count()}, 0, now);
}

void Player::end_advertisement(base::Wall now) {
  auto [item, position_ms] = *std::exchange(interrupted_, std::nullopt);
  begin(std::move(item), position_ms, now);
}

void Player::set_private_session(bool is_private) {
  for (Device& device : devices_) device.is_private_session = device.is_active && is_private;
}

std::optional<int64_t> Player::heard_ms(std::string_view uri, base::Wall now) const {
  if (current_ && current_->uri == uri && (is_playing_ || progress_at_change_ms_ > 0)) return progress_ms(now);
  const auto found = heard_ms_.find(uri);
  return found == heard_ms_.end() ? std::nullopt : std::optional(found->second);
}

void Player::advance(base::Wall now) {
  play_on(now);
  drop_idle_device(now);
}

void Player::drop_idle_device(base::Wall now) {
  if (device_idle_.count() == 0 || is_playing_ || now < changed_at_ + device_idle_) return;
  std::erase_if(devices_, [](const Device& device) { return device.is_active; });
}

void Player::play_on(base::Wall now) {
  while (is_playing_ && current_) {
    const auto ends = progress_since_ + std::chrono::milliseconds(current_->duration_ms - progress_at_change_ms_);
    if (ends > now) return;
    if (interrupted_) {
      end_advertisement(ends);
      continue;
    }
    if (repeat_ == Repeat::kTrack && current_->duration_ms > 0) {
      // Whole rounds are skipped at once, so that a long jump of the clock stays cheap.
      const int64_t rounds = (now - ends).count() / current_->duration_ms;
      const auto began = ends + std::chrono::milliseconds(rounds * current_->duration_ms);
      progress_at_change_ms_ = current_->duration_ms;
      progress_since_ = began;
      leave(began);
      begin(*current_, 0, began);
      continue;
    }
    progress_at_change_ms_ = current_->duration_ms;
    progress_since_ = ends;
    if (!step(ends)) {
      leave(ends);
      is_playing_ = false;
      if (!order_.empty()) {
        place_ = 0;
        from_queue_ = false;
        current_ = items_[order_[0]];
      }
      progress_at_change_ms_ = 0;
      changed_at_ = ends;
      return;
    }
  }
}

void Player::begin(Playable item, int64_t position_ms, base::Wall now) {
  current_ = std::move(item);
  progress_at_change_ms_ = std::clamp<int64_t>(position_ms, 0, current_->duration_ms);
  progress_since_ = now;
  changed_at_ = now;
}

void Player::leave(base::Wall now) {
  if (!current_) return;
  if (current_->uri.starts_with("spotify:episode:")) heard_ms_[current_->uri] = progress_ms(now);
  const Device* device = active_device();
  const bool is_private = device != nullptr && device->is_private_session;
  if (is_private || !current_->uri.starts_with("spotify:track:")) return;
  if (progress_ms(now) < std::min(kCountedPlayMs, current_->duration_ms)) return;
  history_.push_back({current_->uri, context_uri_, now});
  if (history_.size() > kHistoryMax) history_.erase(history_.begin());
}

bool Player::has_next() const {
  return !queue_.empty() || place_ + 1 < order_.size() || (repeat_ == Repeat::kContext && !order_.empty());
}

bool Player::has_previous() const {
  return from_queue_ || place_ > 0 || (repeat_ == Repeat::kContext && order_.size() > 1);
}

bool Player::step(base::Wall now) {
  if (!has_next()) return false;
  leave(now);
  if (!queue_.empty()) {
    begin(std::move(queue_.front()), 0, now);
    queue_.pop_front();
    from_queue_ = true;
    return true;
  }
  place_ = place_ + 1 < order_.size() ? place_ + 1 : 0;
  from_queue_ = false;
  begin(items_[order_[place_]], 0, now);
  return true;
}

std::vector<std::string> Player::upcoming(size_t count) const {
  std::vector<std::string> uris;
  for (const Playable& item : queue_) {
    if (uris.size() == count) return uris;
    uris.push_back(item.uri);
  }
  for (size_t i = place_ + 1; uris.size() < count; ++i) {
    if (i >= order_.size()) {
      if (repeat_ != Repeat::kContext || order_.empty()) break;
      i = 0;
    }
    uris.push_back(items_[order_[i]].uri);
  }
  return uris;
}

Answer<Device*> Player::target(std::optional<std::string_view> id) {
  if (id) {
    Device* device = find_device(*id);
    if (device == nullptr) return refuse(404, "Device not found");
    if (device->is_restricted) return restriction();
    return device;
  }
  const auto found = std::ranges::find(devices_, true, &Device::is_active);
  if (found == devices_.end()) {
    return refuse(404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE");
  }
  if (found->is_restricted) return restriction();
  return &*found;
}

Answer<void> Player::require_active(std::optional<std::string_view> id) {
  TRY(const Device* device, target(id));
  if (!device->is_active || !current_) return restriction();
  return {};
}

Answer<void> Player::require_item(std::optional<std::string_view> id) {
  TRY_VOID(require_active(id));
  if (interrupted_) return restriction();
  return {};
}

void Player::activate(Device& device) {
  for (Device& each : devices_) each.is_active = &each == &device;
}

void Player::order_from(size_t first, uint64_t seed) {
  order_.resize(items_.size());
  std::iota(order_.begin(), order_.end(), size_t{0});
  place_ = first;
  if (shuffle_ == Shuffle::kOff || order_.size() < 2) return;
  // The current item comes first; the rest in a random order.
  std::swap(order_[0], order_[first]);
  Seeded seeded(seed);
  for (size_t i = order_.size() - 1; i > 1; --i) {
    std::swap(order_[i], order_[1 + seeded.below(static_cast<uint32_t>(i))]);
  }
  place_ = 0;
}

Answer<void> Player::start(std::optional<std::string_view> device, Start start, uint64_t shuffle_seed,
                           base::Wall now) {
  TRY(Device* on, target(device));
  if (start.items.empty() || start.first >= start.items.size()) return restriction();
  activate(*on);
  leave(now);
  interrupted_.reset();
  context_uri_ = std::move(start.context_uri);
  items_ = std::move(start.items);
  from_queue_ = false;
  order_from(start.first, shuffle_seed);
  is_playing_ = true;
  begin(items_[order_[place_]], start.position_ms, now);
  return {};
}

Answer<void> Player::resume(std::optional<std::string_view> device, base::Wall now) {
  TRY(Device* on, target(device));
  if (!current_) return restriction();
  if (is_playing_ && on->is_active) return restriction();
  const int64_t position = progress_ms(now);
  activate(*on);
  is_playing_ = true;
  progress_at_change_ms_ = position;
  progress_since_ = now;
  changed_at_ = now;
  return {};
}

Answer<void> Player::pause(std::optional<std::string_view> device, base::Wall now) {
  TRY_VOID(require_active(device));
  if (!is_playing_) return restriction();
  progress_at_change_ms_ = progress_ms(now);
  is_playing_ = false;
  changed_at_ = now;
  return {};
}

Answer<void> Player::next(std::optional<std::string_view> device, base::Wall now) {
  TRY_VOID(require_item(device));
  if (!step(now)) return restriction();
  is_playing_ = true;
  return {};
}

Answer<void> Player::previous(std::optional<std::string_view> device, base::Wall now) {
  TRY_VOID(require_item(device));
  if (!has_previous() || order_.empty()) return restriction();
  leave(now);
  // From an item of the queue it goes back to where the context stands.
  if (!from_queue_) place_ = place_ > 0 ? place_ - 1 : order_.size() - 1;
  from_queue_ = false;
  is_playing_ = true;
  begin(items_[order_[place_]], 0, now);
  return {};
}

Answer<void> Player::seek(std::optional<std::string_view> device, int64_t position_ms, base::Wall now) {
  TRY_VOID(require_item(device));
  if (position_ms >= current_->duration_ms) {
    // Seeking past the end plays what follows.
    if (!step(now)) return restriction();
    return {};
  }
  progress_at_change_ms_ = position_ms;
  progress_since_ = now;
  changed_at_ = now;
  return {};
}

Answer<void> Player::set_volume(std::optional<std::string_view> device, int percent, base::Wall now) {
  TRY(Device* on, target(device));
  if (!on->supports_volume) {
    return refuse(403, "Player command failed: Cannot control device volume", "VOLUME_CONTROL_DISALLOW");
  }
  on->volume_percent = percent;
  changed_at_ = now;
  return {};
}

Answer<void> Player::set_shuffle(std::optional<std::string_view> device, Shuffle shuffle, uint64_t seed,
                                 base::Wall now) {
  TRY_VOID(require_active(device));
  if (shuffle != shuffle_ && !order_.empty()) {
    const size_t standing = order_[place_];
    shuffle_ = shuffle;
    order_from(standing, seed);
  }
  shuffle_ = shuffle;
  changed_at_ = now;
  return {};
}

Answer<void> Player::set_repeat(std::optional<std::string_view> device, Repeat repeat, base::Wall now) {
  TRY_VOID(require_active(device));
  if (repeat == Repeat::kTrack && !current_->uri.starts_with("spotify:track:")) return restriction();
  repeat_ = repeat;
  changed_at_ = now;
  return {};
}

Answer<void> Player::enqueue(std::optional<std::string_view> device, Playable item, base::Wall now) {
  TRY(const Device* on, target(device));
  if (!on->is_active) return restriction();
  queue_.push_back(std::move(item));
  changed_at_ = now;
  return {};
}

Answer<void> Player::transfer(std::string_view device, Transfer how, base::Wall now) {
  TRY(Device* on, target(device));
  const int64_t position = progress_ms(now);
  activate(*on);
  if (how == Transfer::kPlay && current_) is_playing_ = true;
  progress_at_change_ms_ = position;
  progress_since_ = now;
  changed_at_ = now;
  return {};
}

}  // namespace sim::spotify
