// Numbers in sentences.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace base {

// "1 item", "2 items", "0 items": `one` is the word for one, `many` the word for any other number where an s does not
// make it.
template <std::integral N>
std::string count_of(N n, std::string_view one, std::string_view many = "") {
  std::string text = std::to_string(n) + ' ';
  if (n == 1) return text.append(one);
  return many.empty() ? text.append(one).append("s") : text.append(many);
}

}  // namespace base
