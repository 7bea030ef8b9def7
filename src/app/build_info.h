// What this program was built from, as the build wrote it into the program.
#pragma once

#include <string_view>

namespace app {

// "name=value|name=value" with version, commit, date, type, compiler, flags, sanitizers, sbom_digest and tools_digest.
// It stands in the section ".build_info" of the program file, where others read it too.
std::string_view build_info();
// One value; "" where there is none.
std::string_view build_value(std::string_view info, std::string_view name);

}  // namespace app
