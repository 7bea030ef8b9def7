// expect: invalid operands to binary expression
#include <ostream>
#include "base/secret.h"

void streamed(std::ostream& out, const base::Secret& secret) { out << secret; }
