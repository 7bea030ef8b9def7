// The archive in memory: for tests and the demo.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/archive.h"

namespace store {

class MemoryArchive final : public Archive {
 public:
  explicit MemoryArchive(ArchiveLimits limits = {}) : limits_(limits) {}

  base::Task<base::Result<void>> put(std::string principal, Kept kept) override;
  base::Task<base::Result<std::optional<Kept>>> get(std::string principal, std::string id) override;
  base::Task<base::Result<std::vector<Kept>>> list(std::string principal, std::string kind,
                                                   std::string subject) override;
  base::Task<base::Result<void>> erase(std::string principal, std::string id) override;
  base::Task<base::Result<void>> forget(std::string principal) override;

 private:
  ArchiveLimits limits_;
  // Oldest first, in the order of putting.
  std::map<std::string, std::vector<Kept>> shelves_;
};

}  // namespace store
