// Which settings a running server takes over when the configuration is read again, and which need a new start.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "json/value.h"

namespace config {

// Dotted names, as in docs/configuration.md.
std::span<const std::string_view> live_settings();
bool is_live(std::string_view name);

// Every setting by its dotted name. A secret is its digest, so that a change shows and nothing else does.
using Flat = std::map<std::string, json::Value, std::less<>>;
Flat flatten(const Settings& settings);

struct Difference {
  std::vector<std::string> live;
  std::vector<std::string> at_start;
};
// In the order of the names.
Difference compare(const Flat& before, const Flat& after);

}  // namespace config
