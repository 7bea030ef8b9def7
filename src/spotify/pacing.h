// When a request to Spotify may start: at most so many in a rolling window, so many at once, none while Spotify said
// to wait. A state machine without I/O; gate.h puts it on a loop. All clients of one Spotify app share one, because
// Spotify counts per app.
//
// Two clocks: Instant for the window and short waits, Wall for a quota block, which outlives the process.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace spotify {

// A guess at Spotify's quota buckets, whose true grouping is not published. A quota block holds for one of them.
enum class Bucket { kSearch, kCatalogue, kPlayer, kPlaylists, kLibrary, kUser };
inline constexpr size_t kBuckets = 6;
std::string_view bucket_name(Bucket bucket);
std::optional<Bucket> parse_bucket(std::string_view name);

struct PacingOptions {
  int window_requests_max = 50;
  std::chrono::seconds window{30};
  int concurrent_max = 8;
  // A wait that Spotify asks for is waited out up to this; anything longer is answered at once.
  std::chrono::seconds wait_max{60};
  size_t waiting_max = 2048;
};

// A bucket that is closed until a moment of the calendar. This is what is kept across restarts. One that begins in the
// future was written by a clock that has been set back since, and is not believed: Spotify says it again.
struct Block {
  Bucket bucket = Bucket::kSearch;
  base::Wall until{};
  base::Wall since{};

  bool operator==(const Block&) const = default;
};

// How many requests of a bucket were started in an hour of the calendar.
struct HourCount {
  Bucket bucket = Bucket::kSearch;
  int64_t hour = 0;  // Since 1970.
  int64_t count = 0;

  bool operator==(const HourCount&) const = default;
};

// For the quota report.
struct BucketUsage {
  Bucket bucket = Bucket::kSearch;
  int64_t last_24_hours = 0;
  std::optional<base::Wall> blocked_until;
};

class Pacer {
 public:
  using Id = uint64_t;
  struct Now {
    base::Instant instant;
    base::Wall wall;
  };
  enum class Verdict {
    kGo,
    kBlocked,   // The bucket is closed until `until`.
    kTooLate,   // The turn would come after the waiter's deadline; `until` says when.
    kOverflow,  // Too many wait already.
  };
  struct Decision {
    Id id = 0;
    Verdict verdict = Verdict::kGo;
    base::Wall until;

    bool operator==(const Decision&) const = default;
  };
  struct Step {
    std::vector<Decision> decisions;
    // When to call poll() again without any other event; nothing when only an event can help.
    std::optional<base::Instant> wake_at;
  };

  explicit Pacer(PacingOptions options) : options_(options) {}

  // Queues a request; its decision comes from poll().
  Id enqueue(Bucket bucket, base::Instant deadline);
  // How long it has to wait still, at least; nothing for one that does not wait.
  base::Duration wait_of(Id id, base::Instant now) const;
  // A waiter went away, or a request that had its turn ended. Either way the id is forgotten.
  void done(Id id);
  // First come, first served, but a closed bucket holds up no other.
  Step poll(Now now);

  // Spotify answered 429 with a wait of at most wait_max: nothing starts until it is over.
  void pause(base::Instant until);
  // Spotify answered 429 with a long wait or with QUOTA_EXCEEDED.
  void block(Block block);
  std::optional<base::Wall> blocked_until(Bucket bucket, base::Wall now) const;
  // The blocks that still hold, to be saved.
  std::vector<Block> blocks(base::Wall now) const;
  std::vector<BucketUsage> usage(base::Wall now) const;

  // Requests are counted for all processes together: what was counted here is taken to the store (take_counts, and
  // give_back when it did not get there), and what the store holds then is learnt.
  std::vector<HourCount> take_counts();
  void give_back(const std::vector<HourCount>& counts);
  void learn(const std::vector<HourCount>& counts, base::Wall now);
  // Starts within the rolling window.
  size_t started(base::Instant now) const;
  std::optional<base::Instant> paused_until(base::Instant now) const;

  const PacingOptions& options() const { return options_; }
  // From the next request on.
  void set_window_requests_max(int requests) { options_.window_requests_max = requests; }
  size_t waiting() const { return waiting_.size(); }
  size_t running() const { return running_.size(); }

 private:
  struct Waiter {
    Id id;
    Bucket bucket;
    base::Instant deadline;
  };
  // Requests per hour of the calendar, for the last 24.
  struct Hour {
    int64_t hour = -1;
    int64_t count = 0;    // As the store had it.
    int64_t unsaved = 0;  // Counted here and not yet taken.
  };
  struct Ledger {
    Block block{};
    std::array<Hour, 24> hours;
  };

  bool may_start(base::Instant now) const;
  // A waiter with `ahead` others before it does not start sooner than this.
  base::Instant earliest_start(size_t ahead, base::Instant now) const;
  void start(const Waiter& waiter, Now now);
  Hour& hour_of(Bucket bucket, int64_t hour);
  Ledger& ledger(Bucket bucket) { return ledgers_[static_cast<size_t>(bucket)]; }
  const Ledger& ledger(Bucket bucket) const { return ledgers_[static_cast<size_t>(bucket)]; }

  PacingOptions options_;
  Id next_id_ = 1;
  std::deque<Waiter> waiting_;
  std::vector<Id> running_;
  // Starts within the window, oldest first.
  std::deque<base::Instant> starts_;
  base::Instant paused_until_{};
  std::array<Ledger, kBuckets> ledgers_{};
};

}  // namespace spotify
