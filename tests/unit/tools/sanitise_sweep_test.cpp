// Every code point there is, alone between two letters, against what the specification of the sanitiser says of it.
#include <algorithm>
#include <array>
#include <string>

#include "tools/code_points.h"
#include "tools/sanitise.h"

#include "tests/test.h"

namespace tools {
namespace {

// Unicode 15, Default_Ignorable_Code_Point, besides what stands below on its own.
constexpr std::array kIgnorable{
    Range{0x00AD, 0x00AD},   Range{0x034F, 0x034F}, Range{0x061C, 0x061C},   Range{0x115F, 0x1160},
    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F}, Range{0x200B, 0x200F},   Range{0x202A, 0x202E},
    Range{0x2060, 0x206F},   Range{0x3164, 0x3164}, Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},
    Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFF8}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF},
};
// Controls, interlinear annotations, format controls that draw nothing, private use.
constexpr std::array kOtherInvisible{
    Range{0x0000, 0x0008},   Range{0x000E, 0x001F},    Range{0x007F, 0x0084},
    Range{0x0086, 0x009F},   Range{0xE000, 0xF8FF},    Range{0xFFF9, 0xFFFB},
    Range{0x13430, 0x1345F}, Range{0xF0000, 0x10FFFF}, Range{0xFDD0, 0xFDEF},
};
// White_Space, and the blank of Braille.
constexpr std::array kWhite{
    Range{0x0009, 0x000D}, Range{0x0020, 0x0020}, Range{0x0085, 0x0085}, Range{0x00A0, 0x00A0},
    Range{0x1680, 0x1680}, Range{0x2000, 0x200A}, Range{0x2028, 0x2029}, Range{0x202F, 0x202F},
    Range{0x205F, 0x205F}, Range{0x2800, 0x2800}, Range{0x3000, 0x3000},
};

std::u32string expected_of(char32_t c) {
  if (c >= 0xD800 && c <= 0xDFFF) return U"\uFFFD\uFFFD\uFFFD";  // Three bytes that are no UTF-8.
  if (is_in(kWhite, c)) return U" ";
  const bool noncharacter = (c & 0xFFFE) == 0xFFFE;
  if (noncharacter || is_in(kIgnorable, c) || is_in(kOtherInvisible, c)) return U"";
  return {c};
}

TEST_CASE("the sweep: every code point passes, becomes a space or goes, as its class says") {
  constexpr char32_t kPointsMax = 0x110000;
  constexpr char32_t kAtOnce = 0x100;
  for (char32_t begin = 0; begin < kPointsMax; begin += kAtOnce) {
    std::u32string given;
    std::u32string expected;
    for (char32_t c = begin; c < begin + kAtOnce; ++c) {
      given.append(U"q").push_back(c);
      expected.append(U"q").append(expected_of(c));
    }
    const Sanitised out = sanitise(encode(given + U'q'), 10 * kAtOnce);
    INFO(static_cast<uint32_t>(begin));
    CHECK(out.text == encode(expected + U'q'));
  }
}

}  // namespace
}  // namespace tools
