// expect: Cannot format an argument
#include <string>
#include <fmt/format.h>
#include "base/foreign_text.h"

std::string formatted(const base::ForeignText& text) { return fmt::format("{}", text); }
