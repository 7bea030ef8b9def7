// expect: no matching conversion for functional-style cast from 'std::string'.* to 'crypto::Key'
#include <string>
#include "crypto/key.h"

crypto::Key implicit(std::string text) { return crypto::Key(text); }
