#include "base/frames.h"

#include <array>
#include <cstdint>
#include <new>
#include <utility>

namespace base::detail {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BASE_FRAMES_FROM_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define BASE_FRAMES_FROM_HEAP 1
#endif
#endif

#ifdef BASE_FRAMES_FROM_HEAP

// A sanitizer has to see each frame come and go.
void* take_frame(size_t bytes) { return ::operator new(bytes); }
void drop_frame(void* frame, size_t bytes) noexcept { ::operator delete(frame, bytes); }

#else

namespace {

constexpr size_t kStep = 128;
constexpr size_t kClasses = 24;    // Frames of up to 3 KiB; larger ones come from the heap.
constexpr uint32_t kKeptMax = 32;  // Of each class: what the requests that run at the same time drop at once.

struct Free {
  Free* next;
};

// Trivial on purpose: it is used until the very end of a thread, when what has a destructor may be gone already.
struct Shelf {
  Free* first = nullptr;
  uint32_t kept = 0;
};
constinit thread_local std::array<Shelf, kClasses> shelves{};
constinit thread_local bool closed = false;

struct Closer {
  ~Closer() {
    closed = true;
    for (Shelf& shelf : shelves) {
      while (shelf.first != nullptr) ::operator delete(std::exchange(shelf.first, shelf.first->next));
      shelf.kept = 0;
    }
  }
};

// Gives the memory back when the thread ends; made when the first frame is kept.
void close_at_thread_end() { static thread_local const Closer closer; }

size_t class_of(size_t bytes) { return (bytes - 1) / kStep; }

}  // namespace

void* take_frame(size_t bytes) {
  const size_t size_class = class_of(bytes);
  if (size_class >= kClasses) return ::operator new(bytes);
  Shelf& shelf = shelves[size_class];
  if (shelf.first == nullptr) return ::operator new((size_class + 1) * kStep);
  --shelf.kept;
  return std::exchange(shelf.first, shelf.first->next);
}

void drop_frame(void* frame, size_t bytes) noexcept {
  const size_t size_class = class_of(bytes);
  if (size_class >= kClasses || closed || shelves[size_class].kept == kKeptMax) return ::operator delete(frame);
  Shelf& shelf = shelves[size_class];
  if (shelf.first == nullptr) close_at_thread_end();
  shelf.first = new (frame) Free{shelf.first};
  ++shelf.kept;
}

#endif

}  // namespace base::detail
