// The one sanitiser for words that other people wrote on Spotify. It does not judge what they say: it removes what a
// person would not see but a model would read, what would break a line or a list, and what a client would follow or
// take for the frame of a message (inert.h). What looks like an attempt at any of it is noticed, and shown all the
// same. Only present.cpp calls it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tools/sign.h"

namespace tools {

// Spotify sends names as they were typed and descriptions as HTML: &#x27; for an apostrophe, <a> for a link.
enum class Markup { kNone, kHtml };

struct Sanitised {
  std::string text;  // Valid UTF-8, whatever came in.
  bool is_cut = false;
  Signs signs{};
  // How many code points were looked at, over all walks. It grows no faster than the length of what came in.
  size_t steps = 0;
};

// One line of at most `code_points_max` (at least 1) code points, cut with an ellipsis. Letters of every script, emoji
// with their joiners and right-to-left text pass; see the table in sanitise.cpp for what does not, and why. What came
// out comes out again unchanged.
Sanitised sanitise(std::string_view foreign, size_t code_points_max, Markup markup = Markup::kNone);

namespace detail {

// Whether nothing in the text could be changed, so that it need not be taken apart: most names are ASCII without any
// sign that could begin a link or a frame.
bool passes_as_it_is(std::string_view foreign, size_t code_points_max, Markup markup);
// What sanitise() does to every other text.
Sanitised sanitise_thoroughly(std::string_view foreign, size_t code_points_max, Markup markup);

}  // namespace detail

}  // namespace tools
