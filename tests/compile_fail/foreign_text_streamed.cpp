// expect: invalid operands to binary expression
#include <ostream>
#include "base/foreign_text.h"

void streamed(std::ostream& out, const base::ForeignText& text) { out << text; }
