#include "sim/spotify/config.h"

namespace sim::spotify {

std::optional<Regime> parse_regime(std::string_view name) {
  if (name == "dev2026") return Regime::kDev2026;
  if (name == "dev-legacy") return Regime::kDevLegacy;
  if (name == "extended") return Regime::kExtended;
  return std::nullopt;
}

std::string_view regime_name(Regime regime) {
  switch (regime) {
    case Regime::kDev2026:
      return "dev2026";
    case Regime::kDevLegacy:
      return "dev-legacy";
    case Regime::kExtended:
      return "extended";
  }
  return "dev2026";
}

std::optional<RefreshMode> parse_refresh_mode(std::string_view name) {
  if (name == "never") return RefreshMode::kNever;
  if (name == "grace") return RefreshMode::kGrace;
  if (name == "strict") return RefreshMode::kStrict;
  if (name == "keep") return RefreshMode::kKeep;
  return std::nullopt;
}

std::optional<Consent> parse_consent(std::string_view name) {
  if (name == "allow") return Consent::kAllow;
  if (name == "deny") return Consent::kDeny;
  if (name == "forged-state") return Consent::kForgedState;
  return std::nullopt;
}

App default_app() {
  return {std::string(kClientId), std::string(kClientSecret),
          {std::string(kRedirectIpv4), std::string(kRedirectIpv6)}};
}

}  // namespace sim::spotify
