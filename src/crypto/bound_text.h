// Texts that a client keeps for us, such as the cursor of a list. It may read them; given back they open only unchanged
// and for what they were made for. Equal texts are equal, so that a list that has not changed is the same list.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.h"

namespace crypto {

class BoundTexts {
 public:
  static constexpr size_t kTagBytes = 16;

  // One key of its own is derived from each: the first binds, and every one opens. At least one.
  explicit BoundTexts(std::span<const Key> keys);

  // As base64url. `purpose` is not in it: whose it is, and what for.
  std::string bind(std::string_view purpose, std::string_view text) const;
  // The text again; nothing for what bind() did not give for this purpose.
  std::optional<std::string> open(std::string_view purpose, std::string_view bound) const;

 private:
  std::vector<Key> keys_;
};

}  // namespace crypto
