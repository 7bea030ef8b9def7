// The pacer on a loop: admit() waits for the turn of a request. One gate per Spotify app, shared by all clients.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "spotify/pacing.h"

namespace spotify {

// What all processes of a user know together.
struct QuotaRecord {
  std::vector<Block> blocks{};
  // Nothing is to be sent before its end: Spotify asked for a short wait.
  struct Pause {
    base::Wall until{};
    base::Wall since{};
  };
  std::optional<Pause> pause{};
  // When read, of all processes; when saved, what is to be added, at the time of `now`.
  std::vector<HourCount> counts{};
  base::Wall now{};
};

// Where the record outlives the process. The store implements it; without one it lasts as long as the gate.
class QuotaStore {
 public:
  virtual ~QuotaStore() = default;
  virtual base::Task<base::Result<QuotaRecord>> load() = 0;
  virtual base::Task<base::Result<void>> save(QuotaRecord record) = 0;
};

struct QuotaReport {
  std::vector<BucketUsage> buckets{};
  // In the rolling window, of this process.
  int64_t window_used = 0;
  int64_t window_max = 0;
  std::chrono::seconds window{0};
  int64_t waiting = 0;
  int64_t running = 0;
  std::optional<base::Wall> paused_until{};
  // False when the other processes could not be asked.
  bool is_shared = false;
};

class Gate {
 public:
  // The right to have one request in flight; given back when it dies.
  class Turn {
   public:
    Turn(Gate& gate, Pacer::Id id) : gate_(&gate), id_(id) {}
    Turn(Turn&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), id_(other.id_) {}
    Turn& operator=(Turn&& other) noexcept;
    ~Turn() { release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    void release();

    Gate* gate_;
    Pacer::Id id_;
  };

  // `store` may be null.
  Gate(base::Loop& loop, const base::Clock& clock, base::Log& log, PacingOptions options, QuotaStore* store);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // The blocks of earlier runs and of other processes count: they are read before the first turn, and again when what
  // was read is older than kRecheck.
  static constexpr std::chrono::seconds kRecheck{2};
  // kRateLimited with retry_after when the bucket is closed, when too many wait, or when the turn would come too late.
  // `on_wait` hears of a wait of at least kTold, when it begins.
  static constexpr std::chrono::seconds kTold{2};
  using OnWait = std::function<void(std::chrono::milliseconds wait)>;
  base::Task<base::Result<Turn>> admit(Bucket bucket, base::Instant deadline, OnWait on_wait = nullptr);

  // Requests in a window, from the next one on.
  void set_rate(int window_requests_max) {
    pacer_.set_window_requests_max(window_requests_max);
    pump();
  }
  // What Spotify asked for with a 429.
  void pause_for(std::chrono::milliseconds wait);
  void block(Bucket bucket, std::chrono::seconds wait);
  std::vector<BucketUsage> usage() const;
  // After a look at the store.
  base::Task<QuotaReport> report();
  // Brings what was counted here into the store. Before the end of the process.
  base::Task<void> settle();
  std::optional<base::Wall> blocked_until(Bucket bucket) const;
  std::chrono::seconds wait_max() const { return pacer_.options().wait_max; }

 private:
  using Setter = base::Completion<Pacer::Decision>::Setter;

  base::Task<void> look_at_store();
  void pump();
  void finish(Pacer::Id id);
  base::Task<void> read_store();
  void learn(const QuotaRecord& record);
  static base::Task<void> save(Gate* gate, QuotaRecord record);

  base::Loop& loop_;
  const base::Clock& clock_;
  base::Log& log_;
  Pacer pacer_;
  QuotaStore* store_;
  base::Instant looked_at_{};
  bool looked_ = false;   // Once at least, to the end.
  bool is_read_ = false;  // The last look succeeded.
  std::unordered_map<Pacer::Id, Setter> waiting_;
  std::optional<base::Timer> wake_;
  base::TaskGroup saving_;
};

}  // namespace spotify
