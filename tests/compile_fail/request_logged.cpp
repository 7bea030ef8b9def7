// expect: no matching constructor for initialization of 'base::Field'
#include "base/log.h"
#include "http/message.h"

base::Field field(const http::Request& request) { return base::Field("request", request); }
