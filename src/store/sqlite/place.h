// The one database file of a data directory, as the place where the tables of the stores are.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "store/sql/database.h"
#include "store/sqlite/migrations.h"

namespace store::sqlite {

class FilePlace final : public sql::Place {
 public:
  explicit FilePlace(std::string directory) : directory_(std::move(directory)) {}

  // Errors as of Database::open.
  base::Result<std::unique_ptr<sql::Database>> open() const override;
  base::Result<bool> exists() const override;

 private:
  std::string directory_;
};

inline std::shared_ptr<const sql::Place> place_in(std::string directory) {
  return std::make_shared<FilePlace>(std::move(directory));
}

}  // namespace store::sqlite
