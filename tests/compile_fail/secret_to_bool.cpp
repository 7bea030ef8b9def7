// expect: is not contextually convertible to 'bool'
#include "base/secret.h"

int truth(const base::Secret& secret) { return secret ? 1 : 0; }
