// expect: no viable conversion .*string.* to function return type 'base::Secret'
#include <string>
#include "base/secret.h"

base::Secret implicit(std::string text) { return text; }
