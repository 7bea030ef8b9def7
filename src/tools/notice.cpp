#include "tools/notice.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "base/text.h"
#include "tools/code_points.h"

namespace tools {
namespace {

// One is enough.
constexpr std::array kNeverByAccident{
    Range{0x0000, 0x0008}, Range{0x000E, 0x001F}, Range{0x007F, 0x0084}, Range{0x0086, 0x009F},
    Range{0x202D, 0x202E}, Range{0x206A, 0x206F}, Range{0xFFF9, 0xFFFB},
};
// These come along when text is copied from web pages, a few at a time.
constexpr std::array kByAccident{
    Range{0x00AD, 0x00AD}, Range{0x034F, 0x034F}, Range{0x200B, 0x200B}, Range{0x2060, 0x2064},
    Range{0x3164, 0x3164}, Range{0xFEFF, 0xFEFF}, Range{0xFE00, 0xFE0E}, Range{0xE0100, 0xE01EF},
};
constexpr size_t kByAccidentMax = 3;

constexpr char32_t kBlackFlag = 0x1F3F4;
constexpr char32_t kTagEnd = 0xE007F;
constexpr size_t kFlagTagsMax = 7;
constexpr bool is_tag(char32_t c) { return c >= 0xE0000 && c <= 0xE007F; }

// Tags belong behind a black flag, where they name a region: at most six of them and the end.
bool has_stray_tags(std::u32string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_tag(text[i])) continue;
    const size_t begin = i;
    while (i < text.size() && is_tag(text[i])) ++i;
    const bool is_flag = begin > 0 && text[begin - 1] == kBlackFlag && text[i - 1] == kTagEnd;
    if (!is_flag || i - begin > kFlagTagsMax) return true;
  }
  return false;
}

// In lower case, as the text is compared.
constexpr std::array<std::string_view, 34> kPhrases{
    "ignore all previous",
    "ignore any previous",
    "ignore previous",
    "ignore the above",
    "ignore all instructions",
    "ignore all prior",
    "ignore your instructions",
    "disregard all",
    "disregard previous",
    "disregard the above",
    "disregard your",
    "forget your instructions",
    "forget all previous",
    "forget everything above",
    "override your instructions",
    "new instructions:",
    "follow these instructions",
    "system prompt",
    "system message",
    "developer message",
    "you are now a",
    "you are now in",
    "do not tell the user",
    "don't tell the user",
    "without telling the user",
    "without asking the user",
    "call the tool",
    "use the tool",
    "invoke the tool",
    "ignoriere alle",
    "ignora las instrucciones",
    "ignorez les instructions",
    "忽略之前的指令",
    "以前の指示を無視",
};
// As they stand, with a space or nothing before: in capitals they are roles, in small letters words.
constexpr std::array<std::string_view, 4> kRoles{"SYSTEM:", "ASSISTANT:", "[SYSTEM", "System: "};

bool begins_word(std::string_view text, std::string_view word) {
  const size_t at = text.find(word);
  return at == 0 || (at != std::string_view::npos && text[at - 1] == ' ');
}

}  // namespace

Signs notice_hidden(std::u32string_view text) {
  Signs signs;
  const auto by_accident = std::ranges::count_if(text, [](char32_t c) { return is_in(kByAccident, c); });
  const bool hidden = static_cast<size_t>(by_accident) > kByAccidentMax ||
                      std::ranges::any_of(text, [](char32_t c) { return is_in(kNeverByAccident, c); }) ||
                      has_stray_tags(text);
  if (hidden) signs.add(Sign::kHidden);
  return signs;
}

Signs notice_instructions(std::string_view sanitised) {
  Signs signs;
  const std::string lower = base::to_lower_ascii(sanitised);
  const bool speaks = std::ranges::any_of(kPhrases, [&](std::string_view phrase) { return lower.contains(phrase); }) ||
                      std::ranges::any_of(kRoles, [&](std::string_view role) { return begins_word(sanitised, role); });
  if (speaks) signs.add(Sign::kInstruction);
  return signs;
}

}  // namespace tools
