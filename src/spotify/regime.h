// Which regime the app lives in. Spotify does not say, so one cheap request finds it out: an operation that only older
// apps have is refused to the others. What was found is remembered, also across processes, because each request counts
// against the quota of the app.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "spotify/operation.h"

namespace spotify {

struct FoundRegime {
  Regime regime = Regime::kDev2026;
  base::Wall found_at;
};

// Where it outlives the process. The store implements it.
class RegimeStore {
 public:
  virtual ~RegimeStore() = default;
  virtual base::Task<base::Result<std::optional<FoundRegime>>> load_regime() = 0;
  virtual base::Task<base::Result<void>> save_regime(FoundRegime found) = 0;
};

// One per app. Whether and what it remembers; the request itself is Client::regime().
class RegimeProbe {
 public:
  // Spotify has moved apps from one regime to another before, so nothing is believed for ever.
  static constexpr std::chrono::days kBelievedFor{7};

  // `fixed` is what the person says and is never asked for. `store` may be null; both services must outlive the probe.
  RegimeProbe(std::optional<Regime> fixed, const base::Clock& clock, RegimeStore* store)
      : fixed_(fixed), clock_(clock), store_(store) {}

  bool is_fixed() const { return fixed_.has_value(); }
  // Without asking anybody.
  std::optional<Regime> known() const;
  // The same, after a look at the store. A store that cannot be read knows nothing.
  base::Task<std::optional<Regime>> recall();
  base::Task<void> remember(Regime regime);

 private:
  bool is_believed(const FoundRegime& found) const;

  std::optional<Regime> fixed_;
  const base::Clock& clock_;
  RegimeStore* store_;
  std::optional<FoundRegime> found_;
};

}  // namespace spotify
