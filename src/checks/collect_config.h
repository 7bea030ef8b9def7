// The settings as facts: read the way a server reads them, but what is wrong with them is a finding, not the end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checks/facts.h"
#include "config/load.h"

namespace checks {

// `sources` are those of a server; its file_text is what a sealed file holds in the clear.
struct ConfigRead {
  ConfigFacts facts;
  // What became of the settings; nothing where they have problems.
  std::optional<config::Loaded> loaded;
};
ConfigRead read_config(config::Sources sources);

}  // namespace checks
