// expect: fallback_formatter<base::Secret>
#include <string>
#include <fmt/format.h>
#include "base/secret.h"

std::string formatted(const base::Secret& secret) { return fmt::format("{}", secret); }
