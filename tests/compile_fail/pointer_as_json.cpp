// expect: no viable conversion .*'const int \*' to function return type 'json::Value'
#include "json/value.h"

json::Value value(const int* pointer) { return pointer; }
