// What is mixed into the names of users in the audit trail, on a connection of its own. One thread at a time; every
// call blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "base/result.h"
#include "store/sql/database.h"

namespace store::sql {

class UserSalts {
 public:
  // The database is opened at the first use. `random` must outlive it.
  UserSalts(std::shared_ptr<const Place> place, base::Random& random) : place_(std::move(place)), random_(random) {}

  // 16 bytes, drawn when they are asked for the first time; the same in every process.
  base::Result<std::string> salt_of(const std::string& user);
  // Nothing where none was ever drawn, or it was erased.
  base::Result<std::optional<std::string>> find(const std::string& user);

 private:
  base::Result<const Database*> opened();

  std::shared_ptr<const Place> place_;
  base::Random& random_;
  std::unique_ptr<Database> database_;
};

}  // namespace store::sql
