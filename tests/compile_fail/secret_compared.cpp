// expect: selected deleted operator '=='
#include "base/secret.h"

bool compared(const base::Secret& a, const base::Secret& b) { return a == b; }
