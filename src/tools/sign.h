// What the sanitiser noticed in foreign text. It is counted and told to the audit trail, and never keeps a text from
// being shown: a name that looks like an order is still somebody's name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tools {

enum class Sign : uint8_t {
  kHidden,       // Characters that nobody sees: tags, BiDi overrides, control characters, many of no width.
  kMarker,       // What marks roles, tool calls or HTML with attributes to a program.
  kInstruction,  // Words that speak to a model.
  kLink,         // A link to somewhere that is not Spotify, or the markup of a link or a picture.
};
inline constexpr size_t kSigns = 4;

constexpr std::string_view sign_name(Sign sign) {
  constexpr std::array<std::string_view, kSigns> kNames{"hidden", "marker", "instruction", "link"};
  return kNames[static_cast<size_t>(sign)];
}

// A set of them.
class Signs {
 public:
  void add(Sign sign) { bits_ |= bit(sign); }
  void add(Signs others) { bits_ |= others.bits_; }
  bool has(Sign sign) const { return (bits_ & bit(sign)) != 0; }
  bool empty() const { return bits_ == 0; }
  bool operator==(const Signs&) const = default;

 private:
  static uint8_t bit(Sign sign) { return static_cast<uint8_t>(1U << static_cast<uint8_t>(sign)); }

  uint8_t bits_ = 0;
};

// `subject` names the thing that bears the text: its Spotify URI, or "local file", "device", "name" where there is none
// that is free of words. The text itself is not handed on.
struct Suspicion {
  std::string subject;
  Signs signs;
};
// Hears of each; called on the loop while an answer is made, so it must not wait.
using SuspicionHeard = std::function<void(const Suspicion&)>;

}  // namespace tools
