// expect: no viable conversion .*Secret' to function return type 'std::string'
#include <string>
#include "base/secret.h"

std::string text(const base::Secret& secret) { return secret; }
