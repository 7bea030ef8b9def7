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
  if (other.empty()) return;  // Most requests carry none, and are moved all the same.
  text_.swap(other.text_);
  wipe_string(other.text_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_.swap(other.text_);
    wipe_string(other.text_);
  }
  return *this;
}

// One that is empty never held anything, or was wiped when what it held went elsewhere.
void Secret::wipe() noexcept {
  if (!text_.empty()) wipe_string(text_);
}

}  // namespace base
