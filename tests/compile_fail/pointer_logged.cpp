// expect: no matching constructor for initialization of 'base::Field'
#include "base/log.h"

base::Field field(const int* pointer) { return base::Field("count", pointer); }
