// A Secret is text that must never be seen: a token, a key, a password. It moves but does not copy, wipes its
// bytes when it dies or is moved from, and offers no way into text, a log or a comparison but reveal(), which
// the tidy test allows in few folders. Compare secrets with crypto::equal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

class Secret {
 public:
  Secret() = default;
  // Wipes what `text` leaves behind; the form from an lvalue copies, and that text stays the caller's to wipe.
  explicit Secret(std::string&& text) noexcept;
  explicit Secret(const std::string& text) : text_(text) {}
  ~Secret() { wipe(); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  bool operator==(const Secret&) const = delete;

  bool empty() const { return text_.empty(); }
  size_t size() const { return text_.size(); }
  // The one door. The view lives as long as this object.
  std::string_view reveal() const { return text_; }
  // A second owner, asked for by name.
  Secret clone() const { return Secret(text_); }

 private:
  void wipe() noexcept;

  std::string text_;
};

}  // namespace base
