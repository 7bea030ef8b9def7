// expect: no matching conversion for functional-style cast
#include "base/secret.h"
#include "json/value.h"

json::Value value(const base::Secret& secret) { return json::Value(secret); }
