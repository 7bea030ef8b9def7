// The kinds of deployment, and what each refuses to start with. What is wrong everywhere is in check() (load.h).
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace config {

// One row of docs/configuration.md.
struct ProfileRule {
  std::string_view setting;
  std::string_view development;
  std::string_view staging;
  std::string_view production;
};
std::span<const ProfileRule> profile_rules();

// Whether a person has asked for a debug log in production, knowing that it is long and says much.
enum class Debugging { kRefused, kAllowed };

// What a server of this environment does not start with, all problems at once, each with its fix; kInvalidArgument.
base::Result<void> check_profile(const Settings& settings, Debugging debugging);

}  // namespace config
