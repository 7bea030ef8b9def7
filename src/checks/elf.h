// What an ELF file of 64 bits says of itself. The file is input: every offset is checked against its end.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checks/facts.h"

namespace checks {

// kInvalidArgument for what is no little-endian ELF file of 64 bits, or is cut.
base::Result<ElfFacts> read_elf(std::string_view bytes);
// The content of a section; nothing where there is none.
std::optional<std::string_view> section_of(std::string_view bytes, std::string_view name);

}  // namespace checks
