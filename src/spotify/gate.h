// The pacer on a loop: admit() waits for the turn of a request. One gate per Spotify app, shared by all clients.
#pragma once

#include <chrono>
#include <cstdint>
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

// Where blocks outlive the process. The store implements it; without one they last as long as the gate.
class QuotaStore {
 public:
  virtual ~QuotaStore() = default;
  virtual base::Task<base::Result<std::vector<Block>>> load() = 0;
  virtual base::Task<base::Result<void>> save(std::vector<Block> blocks) = 0;
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
  base::Task<base::Result<Turn>> admit(Bucket bucket, base::Instant deadline);

  // What Spotify asked for with a 429.
  void pause_for(std::chrono::milliseconds wait);
  void block(Bucket bucket, std::chrono::seconds wait);
  std::vector<BucketUsage> usage() const;
  std::optional<base::Wall> blocked_until(Bucket bucket) const;
  std::chrono::seconds wait_max() const { return pacer_.options().wait_max; }

 private:
  using Setter = base::Completion<Pacer::Decision>::Setter;

  base::Task<void> look_at_store();
  void pump();
  void finish(Pacer::Id id);
  static base::Task<void> save(Gate* gate, std::vector<Block> blocks);

  base::Loop& loop_;
  const base::Clock& clock_;
  base::Log& log_;
  Pacer pacer_;
  QuotaStore* store_;
  base::Instant looked_at_{};
  bool looked_ = false;  // Once at least, to the end.
  std::unordered_map<Pacer::Id, Setter> waiting_;
  std::optional<base::Timer> wake_;
  base::TaskGroup saving_;
};

}  // namespace spotify
