#include "store/sqlite/place.h"

#include "os/files.h"
#include "store/sqlite/database.h"

namespace store::sqlite {

base::Result<std::unique_ptr<sql::Database>> FilePlace::open() const {
  TRY(Database file, Database::open(directory_, kDatabaseName, database_schema()));
  return std::make_unique<Database>(std::move(file));
}

base::Result<bool> FilePlace::exists() const { return os::exists(directory_ + "/" + kDatabaseName); }

}  // namespace store::sqlite
