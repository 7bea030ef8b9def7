#include "store/memory_archive.h"

#include <algorithm>
#include <expected>
#include <utility>

namespace store {

using base::Result;
using base::Task;

Task<Result<void>> MemoryArchive::put(std::string principal, Kept kept) {
  kept.bytes = kept.content.size();
  if (kept.bytes > limits_.content_bytes_max) co_return std::unexpected(too_large_to_keep());
  std::vector<Kept>& shelf = shelves_[principal];
  std::erase_if(shelf, [&](const Kept& each) { return each.id == kept.id; });
  shelf.push_back(std::move(kept));
  size_t bytes = 0;
  for (const Kept& each : shelf) bytes += each.bytes;
  while (shelf.size() > 1 && (shelf.size() > limits_.entries_max || bytes > limits_.bytes_max)) {
    bytes -= shelf.front().bytes;
    shelf.erase(shelf.begin());
  }
  co_return Result<void>();
}

Task<Result<std::optional<Kept>>> MemoryArchive::get(std::string principal, std::string id) {
  const std::vector<Kept>& shelf = shelves_[principal];
  const auto found = std::ranges::find(shelf, id, &Kept::id);
  co_return found == shelf.end() ? std::nullopt : std::optional(*found);
}

Task<Result<std::vector<Kept>>> MemoryArchive::list(std::string principal, std::string kind, std::string subject) {
  std::vector<Kept> found;
  for (const Kept& each : shelves_[principal]) {
    if (each.kind != kind || (!subject.empty() && each.subject != subject)) continue;
    found.push_back(each);
    found.back().content.clear();
  }
  std::ranges::reverse(found);
  co_return found;
}

Task<Result<void>> MemoryArchive::erase(std::string principal, std::string id) {
  std::erase_if(shelves_[principal], [&](const Kept& each) { return each.id == id; });
  co_return Result<void>();
}

Task<Result<void>> MemoryArchive::forget(std::string principal) {
  shelves_.erase(principal);
  co_return Result<void>();
}

}  // namespace store
