// The archive in its table, on a connection of its own. It is opened at the first use, on the worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "store/archive.h"
#include "store/sql/database.h"

namespace store::sql {

class ArchiveTable : public Archive {
 public:
  // Both must outlive the archive.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
  };

  ArchiveTable(Services services, std::shared_ptr<const Place> place, ArchiveLimits limits = {});
  // Work that the worker has begun is finished.
  ~ArchiveTable() override;
  ArchiveTable(const ArchiveTable&) = delete;
  ArchiveTable& operator=(const ArchiveTable&) = delete;

  base::Task<base::Result<void>> put(std::string principal, Kept kept) override;
  base::Task<base::Result<std::optional<Kept>>> get(std::string principal, std::string id) override;
  base::Task<base::Result<std::vector<Kept>>> list(std::string principal, std::string kind,
                                                   std::string subject) override;
  base::Task<base::Result<void>> erase(std::string principal, std::string id) override;
  base::Task<base::Result<void>> forget(std::string principal) override;

 private:
  struct Core;

  Services services_;
  // Shared with the work on the worker, which may outlive a dropped task.
  std::shared_ptr<Core> core_;
};

}  // namespace store::sql
