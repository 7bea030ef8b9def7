#include "config/profile.h"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "config/store_url.h"

namespace config {
namespace {

constexpr int64_t kSessionsMax = 3;
constexpr int64_t kTimeoutMinutesMax = 10;

constexpr std::array kRules{
    ProfileRule{"server.auth none", "allowed", "refused", "refused"},
    ProfileRule{"api.base_url, api.accounts_url", "any server", "Spotify or loopback", "Spotify or loopback"},
    ProfileRule{"server.log_level debug", "allowed", "allowed", "only with --allow-debug-in-production"},
    ProfileRule{"security.max_sessions_per_user", "to 100", "to 100", "to 3"},
    ProfileRule{"security.session_timeout_minutes", "to 60", "to 60", "to 10"},
    ProfileRule{"store.url beyond this machine", "any sslmode", "any sslmode", "sslmode verify-full"},
};

}  // namespace

std::span<const ProfileRule> profile_rules() { return kRules; }

base::Result<void> check_profile(const Settings& settings, Debugging debugging) {
  if (settings.environment != Deployment::kProduction) return {};
  std::vector<std::string> problems;
  if (settings.server.log_level == LogLevel::kDebug && debugging == Debugging::kRefused) {
    problems.emplace_back(
        "server.log_level debug is not for environment production: such a log says much. Set it to info, or start once "
        "with --allow-debug-in-production.");
  }
  if (settings.security.max_sessions_per_user.value() > kSessionsMax) {
    problems.push_back(fmt::format(
        "security.max_sessions_per_user: environment production allows 1 to {}. Set it so, or set environment to "
        "staging.",
        kSessionsMax));
  }
  if (settings.security.session_timeout_minutes.value() > kTimeoutMinutesMax) {
    problems.push_back(fmt::format(
        "security.session_timeout_minutes: environment production allows 1 to {}. Set it so, or set environment to "
        "staging.",
        kTimeoutMinutesMax));
  }
  const auto url = parse_store_url(settings.store.url);
  if (url && !url->is_local() && url->ssl_mode != "verify-full") {
    problems.push_back(fmt::format(
        "store.url: sslmode {} lets others between here and the database read and change what passes. Take the option "
        "away, which means verify-full, and name the authority of the database's certificate in store.ca_file.",
        url->ssl_mode));
  }
  if (problems.empty()) return {};
  return base::fail(base::Code::kInvalidArgument, fmt::format("{}", fmt::join(problems, "\n")));
}

}  // namespace config
