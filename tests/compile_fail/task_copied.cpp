// expect: call to deleted constructor of .*Task<int>
#include "base/task.h"

base::Task<int> copied(const base::Task<int>& task) { return task; }
