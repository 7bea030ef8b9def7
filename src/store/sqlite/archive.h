// The archive in the database file, on a connection of its own. It is opened at the first use, on the worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "store/archive.h"

namespace store::sqlite {

class SqliteArchive final : public Archive {
 public:
  // Both must outlive the archive.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
  };

  SqliteArchive(Services services, std::string directory, ArchiveLimits limits = {});
  // Work that the worker has begun is finished.
  ~SqliteArchive() override;
  SqliteArchive(const SqliteArchive&) = delete;
  SqliteArchive& operator=(const SqliteArchive&) = delete;

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

}  // namespace store::sqlite
