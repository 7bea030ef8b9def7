#include "base/secret.h"

namespace base {
namespace {

// A short string lives inside its object, so a plain move or swap leaves the bytes behind. The volatile pointer keeps
// the compiler from dropping a store to memory that dies.
void wipe_string(std::string& text) noexcept {
  text.resize(text.capacity());
  volatile char* bytes = text.data();
  for (size_t i = 0; i < text.size(); ++i) bytes[i] = 0;
  text.clear();
}

}  // namespace

Secret::Secret(std::string&& text) noexcept {
  text_.swap(text);
  wipe_string(text);
}

Secret::Secret(Secret&& other) noexcept {
  text_.swap(other.text_);
  other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_.swap(other.text_);
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept { wipe_string(text_); }

}  // namespace base
