// The one sanitiser for words that other people wrote on Spotify. It does not judge what they say: it removes what a
// person would not see but a model would read, and what would break a line or a list. Only present.cpp calls it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tools {

// Spotify sends names as they were typed and descriptions as HTML: &#x27; for an apostrophe, <a> for a link.
enum class Markup { kNone, kHtml };

// One line of at most `code_points_max` (at least 1) code points, cut with an ellipsis; always valid UTF-8, whatever
// came in. Letters of every script, emoji with their joiners and right-to-left text pass; see the table in sanitise.cpp
// for what does not, and why.
std::string sanitise(std::string_view foreign, size_t code_points_max, Markup markup = Markup::kNone);

}  // namespace tools
