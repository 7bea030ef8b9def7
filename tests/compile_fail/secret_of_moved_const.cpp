// expect: call to deleted constructor of .*base::Secret
#include <utility>
#include "base/secret.h"

base::Secret taken(const base::Secret& secret) { return std::move(secret); }
