// expect: no viable overloaded '\+='
#include <string>
#include "base/secret.h"

void append(std::string& text, const base::Secret& secret) { text += secret; }
