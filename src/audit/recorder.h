// The trail of a running program: gathers what happens during a turn of the loop, writes it on a worker with one fsync,
// and tells those who wait. While one commit runs the next one fills, so load makes commits larger and not more.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "audit/journal.h"
#include "audit/trail.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"

namespace audit {

// What becomes of a security event that cannot be written.
enum class OnFailure { kDeny, kWarn };

struct RecorderOptions {
  OnFailure on_failure = OnFailure::kDeny;
  // How long an ordinary event may wait for company.
  base::Duration commit_within = std::chrono::milliseconds(10);
  // While writing fails, ordinary events try no more often than this; a security event tries at once.
  base::Duration retry_every = std::chrono::seconds(5);
  base::Duration tick_every = std::chrono::seconds(15);
  // Beyond so many that wait, ordinary events are counted and dropped.
  size_t waiting_max = 10'000;
  // Told of what the recorder itself finds: a clock that jumped, events that were lost.
  std::function<void(const Entry&)> heard = nullptr;
};

class Recorder final : public Trail {
 public:
  // All must outlive the recorder. The worker should have nothing else to do: a commit waits for other processes.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
    const base::Clock& clock;
    base::Log& log;
  };
  // Called on the worker: at the start, and again before a write when it failed. It may block.
  using Open = std::function<base::Result<Journal>(base::Wall now)>;

  Recorder(Services services, RecorderOptions options, Open open);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Opens the trail. What was told before is kept and written then. An error only where failure denies.
  base::Task<base::Result<void>> start();
  // Writes what waits, and leaves the trail in order. Nothing is told afterwards.
  base::Task<void> close();

  void note(Entry entry) override;
  base::Task<base::Result<void>> record(Entry entry) override;
  bool is_failing() const override { return failing_; }

 private:
  struct Core;
  struct Outcome {
    base::Result<void> written;
    std::optional<base::Error> checkpoint_problem;
    // Set when this work opened the trail.
    struct Opened {
      uint64_t records;
      uint64_t epoch;
    };
    std::optional<Opened> opened = std::nullopt;
  };
  using Done = base::Completion<base::Result<void>>;
  struct Waiting {
    Entry entry;
    std::optional<Done::Setter> done;
  };

  void add(Entry entry, std::optional<Done::Setter> done);
  void look_at_clock();
  void commit_at(base::Instant at);
  void commit();
  base::Task<void> write_waiting();
  base::Task<void> tick();
  void arm_tick();
  void told(const Outcome& outcome);

  Services services_;
  RecorderOptions options_;
  // Shared with the work on the worker, which may outlive a dropped task.
  std::shared_ptr<Core> core_;
  std::vector<Waiting> waiting_;
  uint64_t lost_ = 0;
  bool started_ = false;
  bool writing_ = false;
  bool failing_ = false;
  bool checkpoint_failing_ = false;
  std::optional<std::chrono::milliseconds> wall_ahead_;  // Of the loop's clock.
  std::optional<base::Instant> commit_time_;
  std::optional<base::Timer> commit_timer_;
  std::optional<base::Timer> tick_timer_;
  base::TaskGroup running_;  // Last: what runs in it uses everything above.
};

}  // namespace audit
