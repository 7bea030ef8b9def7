// What reads were answered with out of memory. What was made of nothing else can be given again for as long as memory
// holds the very same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/value.h"

namespace spotify {

struct Witness {
  struct Read {
    std::string key;
    // Does not keep it: what memory has dropped is gone.
    std::weak_ptr<const json::Value> value;
  };
  std::vector<Read> reads{};
  // False once something was asked for that memory did not have, or may not have.
  bool is_whole = true;
};

}  // namespace spotify
