// Something that was looked for: there with its value, absent from this deployment, or there and unreadable. The last
// two are not the same, and neither is a pass.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "checks/check.h"

namespace checks {

template <class T>
class Fact {
 public:
  Fact() : why_("This was not looked at.") {}
  Fact(T value) : value_(std::move(value)) {}
  static Fact absent(std::string why) { return Fact(std::move(why), false); }
  static Fact unknown(std::string why) { return Fact(std::move(why), true); }

  explicit operator bool() const { return value_.has_value(); }
  const T& operator*() const { return *value_; }
  T& operator*() { return *value_; }
  const T* operator->() const { return &*value_; }
  T* operator->() { return &*value_; }

  // For a fact that is not there.
  Outcome lacking() const { return is_unknown_ ? error(why_) : not_applicable(why_); }

 private:
  Fact(std::string why, bool is_unknown) : why_(std::move(why)), is_unknown_(is_unknown) {}

  std::optional<T> value_;
  std::string why_;
  bool is_unknown_ = true;
};

}  // namespace checks
