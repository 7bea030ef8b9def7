// Spotify's permissions, by the names of its public list.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace oauth {

std::span<const std::string_view> known_scopes();

// One permission of the list.
class Scope {
 public:
  Scope() = default;
  // The message of an error completes "<field> ..." and suggests the nearest name.
  static base::Result<Scope> parse(std::string_view text);
  static json::Object constraints();
  const std::string& text() const { return text_; }
  bool operator==(const Scope&) const = default;

 private:
  std::string text_ = "user-read-private";
};

// "a b" <-> {"a", "b"} (RFC 6749 section 3.3). Unknown names are kept: Spotify may add some.
std::vector<std::string> split_scopes(std::string_view text);
std::string join_scopes(const std::vector<std::string>& scopes);

}  // namespace oauth
