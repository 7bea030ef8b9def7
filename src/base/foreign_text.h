// Words that other people wrote on Spotify: names, titles, descriptions. They reach a language model, so they are
// untrusted: models hold them as ForeignText, and only tools/present.cpp turns them into output, through its
// sanitiser. There is no stream operator and no log field for them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace base {

class ForeignText {
 public:
  ForeignText() = default;
  explicit ForeignText(std::string raw) : raw_(std::move(raw)) {}

  bool operator==(const ForeignText&) const = default;
  bool empty() const { return raw_.empty(); }
  // As it came. For matching and for the sanitiser, never for an answer.
  std::string_view raw() const { return raw_; }

 private:
  std::string raw_;
};

}  // namespace base
