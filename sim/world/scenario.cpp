#include "sim/world/scenario.h"

#include "base/check.h"

namespace sim::world {

FailureRuns every_failure(const std::function<uint64_t(PlannedFailure)>& scenario) {
  // A run that always takes another step would never let the loop below end.
  constexpr uint64_t kStepsMax = 10'000;
  FailureRuns done;
  done.steps = scenario({});
  ++done.runs;
  for (const NetFailure failure : kNetFailures) {
    for (uint64_t step = 1;; ++step) {
      ENSURE(step < kStepsMax);
      const uint64_t taken = scenario({step, failure});
      ++done.runs;
      if (taken < step) break;
    }
  }
  return done;
}

uint64_t every_seed(uint64_t count, uint64_t again_every, const std::function<uint64_t(uint64_t seed)>& scenario) {
  for (uint64_t seed = 1; seed <= count; ++seed) {
    const uint64_t trace = scenario(seed);
    if (again_every > 0 && seed % again_every == 0 && scenario(seed) != trace) return seed;
  }
  return 0;
}

}  // namespace sim::world
