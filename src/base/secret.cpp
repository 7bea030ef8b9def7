#include "base/secret.h"

#include <cstring>
#include <utility>

namespace base {

Secret::Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = other.text_;
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept {
  // A short string lives inside the object itself, so a plain move would leave a copy behind; hence copy and
  // wipe. The volatile pointer keeps the compiler from dropping a store to memory that dies.
  text_.resize(text_.capacity());
  volatile char* bytes = text_.data();
  for (size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
  text_.clear();
}

}  // namespace base
