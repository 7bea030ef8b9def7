// Makes links and markup in foreign text into words: what a client would follow, fetch or take for the frame of a
// message is written so that it is none of that, and a person still reads what it was.
//
//   https://evil.example/x     evil[.]example/x       a link to anywhere but https://open.spotify.com/
//   [here](...), ![](...)      [here] (...)           markup of a link or a picture
//   <system>, <|im_start|>     ‹system›, ‹|im_start|› what marks roles and tool calls
//   <img src=...>              ‹img src=...›          HTML that has attributes
//   [INST]                     (INST)
//   ```                        `
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tools/sign.h"

namespace tools {

// `text` is one line without invisible characters. `steps` grows by the number of code points that were looked at,
// which is linear in the length.
std::u32string inert(std::u32string_view text, Signs& signs, size_t& steps);

}  // namespace tools
