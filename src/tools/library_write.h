// How a change of what the user saved or follows ends in one clear answer. Such a change may be repeated: what is there
// already stays, what is gone already stays gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spotify/requests.h"
#include "tools/answers.h"

namespace tools {

struct WriteAnswer {
  std::string summary{};
  Status status = Status::kAccepted;
  int64_t done = 0;
  int64_t asked = 0;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &WriteAnswer::summary),
        schema::required("status", &WriteAnswer::status),
        schema::required("done", &WriteAnswer::done),
        schema::required("asked", &WriteAnswer::asked),
    };
  }
};

// For sentences: "Saved 3 items to the library."
struct Verb {
  std::string_view done;   // "Saved"
  std::string_view would;  // "save"
  std::string_view what;   // "items"
  std::string_view where;  // " to the library", or ""
};

// Each once, in the order in which they came.
template <class Item>
std::vector<Item> distinct(const std::vector<Item>& items) {
  std::set<std::string> known;
  std::vector<Item> out;
  for (const Item& item : items) {
    if (known.emplace(item.text()).second) out.push_back(item);
  }
  return out;
}

WriteAnswer dry_answer(size_t asked, const Verb& verb);
// An error only when for certain nothing was changed.
base::Result<WriteAnswer> answer_of(base::Result<spotify::LibraryWrite> written, size_t asked, const Verb& verb);

}  // namespace tools
