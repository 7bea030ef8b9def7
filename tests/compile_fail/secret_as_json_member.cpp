// expect: no viable conversion from 'const base::Secret' to 'Value'|no matching member function for call to 'set'
#include "base/secret.h"
#include "json/value.h"

void add(json::Object& object, const base::Secret& secret) { object.set("token", secret); }
