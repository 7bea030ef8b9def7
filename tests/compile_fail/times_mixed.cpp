// expect: invalid operands to binary expression
#include "base/clock.h"

bool expired(base::Instant now, base::Wall expiry) { return now > expiry; }
