// expect: selected deleted operator '=='
#include "crypto/key.h"

bool compared(const crypto::Key& a, const crypto::Key& b) { return a == b; }
