// What every page of ours shares: its head with the style for screens, light and dark, and for paper; and the one way
// in which a text becomes part of it.
#pragma once

#include <string>
#include <string_view>

namespace checks {

// Doctype to <body>. No script, no picture, no font, no request; its own policy forbids them to whatever else gets in.
std::string html_head(std::string_view title);
// Text that stays text, also within quotes. What is not printable is said to be so.
std::string escaped(std::string_view text);

}  // namespace checks
