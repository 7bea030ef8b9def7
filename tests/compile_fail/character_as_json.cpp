// expect: deleted constructor|deleted function
#include "json/value.h"

json::Value value(char letter) { return letter; }
