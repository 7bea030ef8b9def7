// Which operations of the Web API a tool stands on. A tool is offered only where all of them exist; `doctor` says which
// one is missing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spotify/operation.h"

namespace tools {

struct Need {
  std::string_view tool;
  spotify::Operation operation = spotify::Operation::kSearch;
};
// One row for each operation of each tool.
std::vector<Need> needs();

std::vector<spotify::Operation> operations_of(std::string_view tool);

// The first operation of the tool that the regime lacks.
std::optional<spotify::Operation> missing_in(spotify::Regime regime, std::span<const spotify::Operation> operations);

}  // namespace tools
