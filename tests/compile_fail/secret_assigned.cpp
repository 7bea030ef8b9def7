// expect: selected deleted operator '='
#include "base/secret.h"

void assigned(base::Secret& to, const base::Secret& from) { to = from; }
