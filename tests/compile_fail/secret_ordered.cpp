// expect: invalid operands to binary expression
#include "base/secret.h"

bool ordered(const base::Secret& a, const base::Secret& b) { return a < b; }
