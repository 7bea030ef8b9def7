// What apt keeps compressed, as it is configured to: gzip, xz or lz4, by the ending of a file's name. The libraries are
// those of apt itself. They are loaded for a file and gone afterwards, so a server neither links nor maps them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace checks {

// "_Packages" of "_Packages.lz4": the name without an ending that is known here.
std::string_view unpacked_name(std::string_view name);
// The text of a file with that name. kInvalidArgument for one that is damaged, cut off, or larger than `bytes_max` when
// it is unpacked; kUnavailable where the library is not there.
base::Result<std::string> unpack(std::string_view name, std::string bytes, size_t bytes_max);

}  // namespace checks
