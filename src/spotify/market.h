// A market is a country (ISO 3166-1 alpha-2). It is never derived from a profile: with a user's token Spotify takes the
// account's country by itself.
#pragma once

#include <array>
#include <compare>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace spotify {

class Market {
 public:
  Market() = default;
  // Lower case is folded; a code that is not assigned is refused. XK (Kosovo) is known to Spotify.
  static base::Result<Market> parse(std::string_view text);
  static json::Object constraints();

  std::string_view text() const { return {text_.data(), text_.front() == '\0' ? 0U : 2U}; }
  auto operator<=>(const Market&) const = default;

 private:
  std::array<char, 2> text_{};
};

}  // namespace spotify
