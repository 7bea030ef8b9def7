// expect: ignoring return value .*'nodiscard' attribute
#include "base/loop.h"

void forgotten(base::Loop& loop) { base::sleep_for(loop, std::chrono::seconds(1)); }
