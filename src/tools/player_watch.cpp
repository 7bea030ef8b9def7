#include "tools/player_watch.h"

#include <chrono>
#include <optional>
#include <utility>

#include "spotify/client.h"

namespace tools {
namespace {

constexpr std::chrono::seconds kLookMax{10};

}  // namespace

// The watch for one principal, and what it knows from its looks so far.
class PlayerWatch::One {
 public:
  One(const PlayerWatch& all, mcp::Principal principal)
      : all_(all), principal_(std::move(principal)), group_(all.loop_) {
    group_.spawn(watch());
  }

 private:
  base::Task<void> watch() {
    for (;;) {
      const base::Duration wait = co_await look();
      co_await base::sleep_for(all_.loop_, wait);
    }
  }

  base::Task<base::Duration> look() {
    const PlayerPace& pace = all_.pace_;
    if (all_.hooks_.may_look && !all_.hooks_.may_look()) co_return pace.idle;
    const auto client = all_.services_.client_for(principal_);
    const spotify::Call call{.deadline = all_.loop_.now() + kLookMax, .freshness = spotify::Freshness::kFresh};
    const auto playback = co_await client->playback(std::nullopt, call);
    if (!playback) co_return pace.after_failure(++failures_, playback.error().retry_after);
    failures_ = 0;
    const base::Duration wait = learn(PlayerSight::of(*playback, all_.loop_.now()));
    const spotify::QuotaReport quota = co_await client->quota();
    co_return pace.spared(wait, quota);
  }

  // Tells of what is new, and says when to look again.
  base::Duration learn(PlayerSight sight) {
    const bool is_news = last_ && differs(*last_, sight);
    const bool is_next = last_ && last_->item != sight.item;
    unchanged_ = last_ && !is_news ? unchanged_ + 1 : 0;
    const base::Duration wait = all_.pace_.after(sight, unchanged_);
    last_ = std::move(sight);
    if (is_news) tell(kPlayerUri);
    if (is_next) tell(kQueueUri);
    return wait;
  }

  void tell(std::string_view uri) const {
    all_.hooks_.publish(
        {.kind = mcp::Event::Kind::kResourceUpdated, .uri = std::string(uri), .principal_id = principal_.id});
  }

  const PlayerWatch& all_;
  mcp::Principal principal_;
  std::optional<PlayerSight> last_;
  int unchanged_ = 0;
  int failures_ = 0;
  base::TaskGroup group_;  // Last: what runs in it uses everything above.
};

PlayerWatch::PlayerWatch(base::Loop& loop, const Services& services, Hooks hooks, PlayerPace pace)
    : loop_(loop),
      services_(services),
      hooks_(std::move(hooks)),
      pace_(pace),
      self_(std::make_shared<PlayerWatch*>(this)) {}

PlayerWatch::~PlayerWatch() = default;

void PlayerWatch::reconsider() {
  // Later: whoever tells of a change may be in the middle of it, or be called by a watch that would end here.
  if (std::exchange(is_reconsidering_, true)) return;
  loop_.post([weak = std::weak_ptr(self_)] {
    if (const auto self = weak.lock()) (*self)->settle();
  });
}

void PlayerWatch::settle() {
  is_reconsidering_ = false;
  std::map<std::string, mcp::Principal> wanted;
  for (const std::string_view uri : {kPlayerUri, kQueueUri}) {
    for (mcp::Principal& each : hooks_.audience(uri)) wanted.try_emplace(each.id, each);
  }
  std::erase_if(watched_, [&](const auto& each) { return !wanted.contains(each.first); });
  for (auto& [id, principal] : wanted) {
    auto& one = watched_[id];
    if (!one) one = std::make_unique<One>(*this, std::move(principal));
  }
}

}  // namespace tools
