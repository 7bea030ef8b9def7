// expect: no matching constructor for initialization of 'base::Field'
#include "base/log.h"
#include "base/secret.h"

base::Field field(const base::Secret& secret) { return base::Field("token", secret); }
