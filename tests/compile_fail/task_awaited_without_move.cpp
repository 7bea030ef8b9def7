// expect: no member named 'await_ready' in 'base::Task<int>'
#include "base/task.h"

base::Task<int> twice(base::Task<int> task) { co_return co_await task; }
