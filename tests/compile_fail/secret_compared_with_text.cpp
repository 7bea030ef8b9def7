// expect: invalid operands to binary expression
#include "base/secret.h"

bool compared(const base::Secret& secret) { return secret == "text"; }
