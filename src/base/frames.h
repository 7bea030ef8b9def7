// Memory of coroutine frames. A request makes a dozen of them in the same few sizes and drops them all, so each thread
// keeps some of what was dropped instead of giving it back to the heap.
#pragma once

#include <cstddef>

namespace base::detail {

// As operator new and operator delete; the size of a frame is the same at both. Any thread may drop a frame.
void* take_frame(size_t bytes);
void drop_frame(void* frame, size_t bytes) noexcept;

}  // namespace base::detail
