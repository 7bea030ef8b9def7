// expect: invalid operands to binary expression
#include <string>
#include "base/secret.h"

std::string header(const base::Secret& secret) { return std::string("Bearer ") + secret; }
