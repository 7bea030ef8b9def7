// How a change of what the user saved or follows is made, kept and read back. Such a change may be repeated: what is
// there already stays, what is gone already stays gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "spotify/client.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/services.h"

namespace tools {

struct WriteAnswer {
  std::string summary{};
  Status status = Status::kAccepted;
  int64_t done = 0;
  int64_t asked = 0;
  std::optional<std::string> receipt{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &WriteAnswer::summary), schema::required("status", &WriteAnswer::status),
        schema::required("done", &WriteAnswer::done),       schema::required("asked", &WriteAnswer::asked),
        schema::optional("receipt", &WriteAnswer::receipt),
    };
  }
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

// Artists have requests of their own where the app is an older one.
enum class Shelf { kLibrary, kFollowing };
enum class Wanted { kThere, kGone };

struct LibraryChange {
  std::string tool;
  Shelf shelf = Shelf::kLibrary;
  Wanted wanted = Wanted::kThere;
  std::vector<spotify::LibraryUri> uris{};  // Each once.
  Run run = Run::kReal;
};

// Looks what is so already, keeps a receipt of the rest, writes it, and looks again. An error only when for certain
// nothing was changed.
base::Task<base::Result<WriteAnswer>> change_library(const Services& services, mcp::CallContext& context,
                                                     std::shared_ptr<spotify::Client> client, LibraryChange change);

}  // namespace tools
