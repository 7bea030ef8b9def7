// expect: no viable conversion .*Secret' to function return type 'json::Value'
#include "base/secret.h"
#include "json/value.h"

json::Value value(const base::Secret& secret) { return secret; }
