// What a person may want back: contents of playlists that were kept on purpose, before a change, or on the way of a
// long import. Small texts under a key, for each principal apart, the oldest going first when there are too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace store {

struct Kept {
  std::string id;       // Unique for its principal.
  std::string kind;     // A word, such as "snapshot".
  std::string subject;  // What it is of, such as the id of a playlist.
  std::string label;    // What its owner calls it.
  base::Wall at;
  std::string content{};  // Empty in lists.
  size_t bytes = 0;       // Of the content; set by the store.
};

struct ArchiveLimits {
  // Of one principal: a change keeps at most two lists of 10,000 items, half a megabyte, so this is the last hundred
  // changes of the longest playlists.
  size_t entries_max = 500;
  size_t bytes_max = size_t{48} * 1024 * 1024;
  size_t content_bytes_max = size_t{4} * 1024 * 1024;
};

class Archive {
 public:
  virtual ~Archive() = default;

  // Replaces what has the same id. Once it is answered it survives a crash; the oldest of this principal go when a
  // limit is passed, never the one that was just put. kInvalidArgument when it is too large by itself.
  virtual base::Task<base::Result<void>> put(std::string principal, Kept kept) = 0;
  virtual base::Task<base::Result<std::optional<Kept>>> get(std::string principal, std::string id) = 0;
  // Newest first, without their contents. An empty subject is every subject.
  virtual base::Task<base::Result<std::vector<Kept>>> list(std::string principal, std::string kind,
                                                           std::string subject) = 0;
  // Fine when there is nothing.
  virtual base::Task<base::Result<void>> erase(std::string principal, std::string id) = 0;
  // Everything of a principal.
  virtual base::Task<base::Result<void>> forget(std::string principal) = 0;
};

base::Error too_large_to_keep();

}  // namespace store
