// expect: invalid operands to binary expression
#include <string>
#include "base/foreign_text.h"

std::string title(const base::ForeignText& text) { return "Playlist " + text; }
