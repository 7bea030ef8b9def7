// expect: call to deleted constructor of .*base::Secret
#include "base/secret.h"

base::Secret copied(const base::Secret& secret) { return secret; }
