// Facts of an installation in which every check passes, and for each check the one change that makes it fail.
#pragma once

#include <span>
#include <string_view>

#include "checks/facts.h"

namespace checks {

// 2026-11-30, 12:00 UTC.
inline constexpr base::Wall kNow{1'796'040'000'000};

Facts good_facts();

struct Break {
  std::string_view id;
  void (*apply)(Facts& facts);
};
// One for each check of the catalogue.
std::span<const Break> breaks();

}  // namespace checks
