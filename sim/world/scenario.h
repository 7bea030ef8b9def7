// Runs a scenario many times: over seeds, and with each of its I/O steps failing in turn. A scenario is a function that
// builds its whole world from the seed, so that runs share nothing, and that CHECKs or asserts its invariants itself.
#pragma once

#include <cstdint>
#include <functional>

#include "sim/world/sim_net.h"

namespace sim::world {

// What every_failure wants of this run: hand it to the net before the first step.
struct PlannedFailure {
  uint64_t step = 0;  // 0: none.
  NetFailure failure = NetFailure::kRefused;

  void arm(SimNet& net) const {
    if (step > 0) net.fail_nth(step, failure);
  }
};

struct FailureRuns {
  uint64_t runs = 0;
  uint64_t steps = 0;  // Of the run without a failure.
};

// `scenario` gives the number of I/O steps that it took. It runs once undisturbed, then for every kind of failure once
// with the n-th step failing, for every n until a run has fewer steps. A run may take more steps than the first, when
// it tries again.
FailureRuns every_failure(const std::function<uint64_t(PlannedFailure)>& scenario);

// Runs for the seeds 1 to `count` and, to prove that a seed tells everything, each `again_every`-th seed a second time.
// `scenario` gives the trace hash. Returns the first seed whose two runs differ, or 0.
uint64_t every_seed(uint64_t count, uint64_t again_every, const std::function<uint64_t(uint64_t seed)>& scenario);

}  // namespace sim::world
