#include "base/frames.h"

#include <cstdint>
#include <cstring>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "tests/test.h"

namespace {

struct Taken {
  void* frame;
  size_t bytes;
};

std::vector<Taken> take_many(size_t count) {
  std::vector<Taken> all;
  for (size_t i = 0; i < count; ++i) {
    const size_t bytes = 1 + (i * 67) % 5'000;
    void* frame = base::detail::take_frame(bytes);
    std::memset(frame, static_cast<int>(i & 0xFF), bytes);
    all.push_back({frame, bytes});
  }
  return all;
}

void drop(const std::vector<Taken>& all) {
  for (const auto& [frame, bytes] : all) base::detail::drop_frame(frame, bytes);
}

}  // namespace

TEST_CASE("Frames of all sizes are apart from each other, however often they come back") {
  for (int round = 0; round < 5; ++round) {
    const std::vector<Taken> all = take_many(500);
    std::set<void*> places;
    for (size_t i = 0; i < all.size(); ++i) {
      places.insert(all[i].frame);
      CHECK(reinterpret_cast<uintptr_t>(all[i].frame) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ == 0);
      // Another frame in the same place would have written over it.
      const auto* bytes = static_cast<const unsigned char*>(all[i].frame);
      CHECK(bytes[0] == (i & 0xFF));
      CHECK(bytes[all[i].bytes - 1] == (i & 0xFF));
    }
    CHECK(places.size() == all.size());
    drop(all);
  }
}

TEST_CASE("A frame may be dropped on another thread, and threads end with what they keep") {
  const std::vector<Taken> here = take_many(100);
  std::vector<Taken> there;
  std::thread([&] {
    drop(here);
    there = take_many(100);
  }).join();
  drop(there);
}
