#include "spotify/regime.h"

namespace spotify {

bool RegimeProbe::is_believed(const FoundRegime& found) const {
  const base::Wall now = clock_.wall();
  // What was found in the future was found before the clock was set back.
  return found.found_at <= now && now < found.found_at + kBelievedFor;
}

std::optional<Regime> RegimeProbe::known() const {
  if (fixed_) return fixed_;
  return found_ && is_believed(*found_) ? std::optional(found_->regime) : std::nullopt;
}

base::Task<std::optional<Regime>> RegimeProbe::recall() {
  if (known() || store_ == nullptr) co_return known();
  const auto stored = co_await store_->load_regime();
  if (stored && *stored) found_ = **stored;
  co_return known();
}

base::Task<void> RegimeProbe::remember(Regime regime) {
  found_ = FoundRegime{regime, clock_.wall()};
  if (store_ == nullptr) co_return;
  // What could not be written is asked for again by the next process.
  const auto saved = co_await store_->save_regime(*found_);
  static_cast<void>(saved);
}

}  // namespace spotify
