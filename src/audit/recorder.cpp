#include "audit/recorder.h"

#include <utility>

namespace audit {
namespace {

constexpr std::chrono::milliseconds kClockStepMin{1'000};

base::Error refusal(const base::Error& why) {
  return {base::Code::kUnavailable,
          "The audit trail cannot be written, so this is refused. Make room on the disk of the server or mend what its "
          "log names; with audit.on_failure \"warn\" it would go on without a record.",
          why.message + (why.detail.empty() ? "" : " ") + why.detail, std::nullopt};
}

}  // namespace

// Everything that lives on the worker's thread.
struct Recorder::Core {
  explicit Core(Open given) : open(std::move(given)) {}

  base::Result<void> opened(base::Wall now) {
    if (journal) return {};
    TRY(Journal fresh, open(now));
    journal.emplace(std::move(fresh));
    return {};
  }
  template <class Work>
  Outcome with_journal(base::Wall now, Work work) {
    Outcome outcome;
    const bool was_open = journal.has_value();
    outcome.written = opened(now);
    if (!outcome.written) return outcome;
    if (!was_open) outcome.opened = {journal->size(), journal->epoch()};
    outcome.written = work(*journal);
    outcome.checkpoint_problem = journal->checkpoint_problem();
    return outcome;
  }

  Open open;
  std::optional<Journal> journal;
};

Recorder::Recorder(Services services, RecorderOptions options, Open open)
    : services_(services),
      options_(options),
      core_(std::make_shared<Core>(std::move(open))),
      running_(services.loop) {}

Recorder::~Recorder() = default;

base::Task<base::Result<void>> Recorder::start() {
  auto work = [core = core_, now = services_.clock.wall()] {
    return core->with_journal(now, [](const Journal&) { return base::Result<void>(); });
  };
  const Outcome outcome = co_await base::run_on(services_.loop, services_.worker, std::move(work));
  told(outcome);
  started_ = true;
  arm_tick();
  // Also after a failure: whoever has asked by now waits for an answer.
  commit_at(services_.loop.now());
  if (outcome.written || options_.on_failure == OnFailure::kWarn) co_return base::Result<void>();
  co_return std::unexpected(outcome.written.error());
}

void Recorder::note(Entry entry) {
  if (waiting_.size() >= options_.waiting_max) {
    ++lost_;
    return;
  }
  const bool is_security = info_of(entry.event).kind == Kind::kSecurity;
  add(std::move(entry), std::nullopt);
  const base::Duration delay = failing_ && !is_security ? options_.retry_every : options_.commit_within;
  commit_at(services_.loop.now() + delay);
}

base::Task<base::Result<void>> Recorder::record(Entry entry) {
  const Done done(services_.loop);
  add(std::move(entry), done.setter());
  // At the end of this turn, so that what happens in it shares the commit.
  commit_at(services_.loop.now());
  auto written = co_await done;
  if (written || options_.on_failure == OnFailure::kWarn) co_return base::Result<void>();
  co_return std::unexpected(refusal(written.error()));
}

void Recorder::add(Entry entry, std::optional<Done::Setter> done) {
  look_at_clock();
  entry.time = services_.clock.wall();
  waiting_.push_back({std::move(entry), std::move(done)});
}

// The records are ordered by their numbers; a time that jumps is told, so that nobody wonders.
void Recorder::look_at_clock() {
  const base::Wall wall = services_.clock.wall();
  const auto steady = std::chrono::duration_cast<std::chrono::milliseconds>(services_.loop.now().since_start);
  const std::chrono::milliseconds ahead = std::chrono::milliseconds(wall.unix_ms) - steady;
  const auto before = std::exchange(wall_ahead_, ahead);
  if (!before) return;
  const std::chrono::milliseconds step = ahead - *before;
  if (step <= kClockStepMin && step >= -kClockStepMin) return;
  Entry entry{.event = Event::kClockStepped,
              .source = "local",
              .request = {{"milliseconds", step.count()}},
              .time = wall};
  if (options_.heard) options_.heard(entry);
  waiting_.push_back({std::move(entry), std::nullopt});
}

void Recorder::commit_at(base::Instant at) {
  if (!started_ || writing_ || (commit_time_ && *commit_time_ <= at)) return;
  commit_time_ = at;
  commit_timer_.emplace(services_.loop, at, [this] { commit(); });
}

void Recorder::commit() {
  commit_time_.reset();
  if (writing_ || waiting_.empty()) return;
  writing_ = true;
  running_.spawn(write_waiting());
}

base::Task<void> Recorder::write_waiting() {
  // Ends when a commit leaves nothing to write, or fails and nobody waits for the rest.
  bool go_on = true;
  while (go_on) {
    std::vector<Waiting> batch = std::exchange(waiting_, {});
    const base::Wall now = services_.clock.wall();
    std::vector<Entry> entries;
    entries.reserve(batch.size() + 1);
    const uint64_t lost = lost_;
    if (lost > 0) {
      entries.push_back({.event = Event::kAuditGap,
                         .source = "local",
                         .request = {{"damage", "not written"}, {"lost", lost}},
                         .status = "mended",
                         .time = now});
      if (options_.heard) options_.heard(entries.back());
    }
    for (Waiting& each : batch) entries.push_back(std::move(each.entry));
    auto work = [core = core_, entries = std::move(entries), now] {
      return core->with_journal(now, [&](Journal& journal) { return journal.append(entries, now); });
    };
    const Outcome outcome = co_await base::run_on(services_.loop, services_.worker, std::move(work));
    told(outcome);
    if (outcome.written) {
      lost_ -= lost;
    } else {
      lost_ += batch.size();
    }
    for (const Waiting& each : batch) {
      if (each.done) (*each.done)(outcome.written);
    }
    go_on = !waiting_.empty();
  }
  writing_ = false;
}

void Recorder::told(const Outcome& outcome) {
  if (!outcome.written) {
    const base::Error& error = outcome.written.error();
    services_.log.event(base::Level::kError, "audit.not_written",
                        {{"why", error.message}, {"detail", error.detail}, {"lost", lost_}});
  } else if (failing_) {
    services_.log.event(base::Level::kWarning, "audit.written_again", {{"lost", lost_}});
  }
  failing_ = !outcome.written;
  if (outcome.opened) {
    add({.event = Event::kAuditOpened,
         .source = "local",
         .request = {{"records", outcome.opened->records}, {"epoch", outcome.opened->epoch}},
         .status = "ok"},
        std::nullopt);
  }
  const bool had = std::exchange(checkpoint_failing_, outcome.checkpoint_problem.has_value());
  if (checkpoint_failing_ && !had) {
    services_.log.event(base::Level::kError, "audit.checkpoint_not_written",
                        {{"why", outcome.checkpoint_problem->message}});
  }
}

void Recorder::arm_tick() {
  tick_timer_.emplace(services_.loop, services_.loop.now() + options_.tick_every, [this] {
    running_.spawn(tick());
    arm_tick();
  });
}

base::Task<void> Recorder::tick() {
  const base::Wall now = services_.clock.wall();
  auto work = [core = core_, now] {
    return core->with_journal(now, [now](Journal& journal) { return journal.tick(now); });
  };
  told(co_await base::run_on(services_.loop, services_.worker, std::move(work)));
}

base::Task<void> Recorder::close() {
  tick_timer_.reset();
  commit_timer_.reset();
  commit_time_.reset();
  if (started_) commit();
  started_ = false;
  co_await running_.join();
  auto work = [core = core_, now = services_.clock.wall()]() -> Outcome {
    // A trail that was never opened has nothing to leave in order.
    if (!core->journal) return {};
    return core->with_journal(now, [now](Journal& journal) { return journal.close(now); });
  };
  told(co_await base::run_on(services_.loop, services_.worker, std::move(work)));
}

}  // namespace audit
