// expect: no viable conversion .*Secret' to function return type 'std::string_view'
#include <string_view>
#include "base/secret.h"

std::string_view text(const base::Secret& secret) { return secret; }
