// Sealed configuration files as a command meets them: opened with the master key of this machine, and never older than
// the last one that a server or a login has started from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/load_settings.h"
#include "base/result.h"
#include "config/load.h"
#include "config/sealed_file.h"
#include "os/environment.h"

namespace app {

// Errors begin with the file's name. kNotFound when there is no master key; none is made. Slow for a passphrase.
base::Result<config::Opened> open_sealed(const std::string& file, std::string_view text,
                                         const os::Environment& environment);

// The last accepted generation of each environment stands in a private file in the data directory, beside the database:
// it says as little as that, and must not be lost with it.
inline constexpr const char* kGenerationsFile = "config-generations.json";
// 0 when none was accepted yet.
base::Result<int64_t> accepted_generation(const std::string& storage_directory, config::Deployment environment);
// kConflict for a header that is older than the accepted one.
base::Result<void> check_generation(const std::string& storage_directory, const config::SealedHeader& header,
                                    const std::string& file);
// Notes the generation of what a server or a login starts from. Nothing is noted for settings that were not sealed.
// kConflict as above, unless rolling back is allowed; then the older one is the accepted one from here on.
base::Result<void> accept_generation(const config::Loaded& loaded, Rollback rollback);

}  // namespace app
