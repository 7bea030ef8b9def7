// Whole databases, copied while others use them (SQLite's backup interface), and checked.
#pragma once

#include <string>

#include "base/result.h"

namespace store::sqlite {

// Whether the file begins as an SQLite database does.
bool is_database(const std::string& path);

// Copies one state of `from`, with everything that was committed before the call, into `to`. Where `to` is a database
// already, its content is replaced in one transaction: whoever has it open sees the old state or the new one, and a
// crash leaves one of them. kUnavailable when others keep either busy for seconds, or when a disk fails. Blocking.
base::Result<void> copy_database(const std::string& from, const std::string& to);

// Reads all of it (PRAGMA integrity_check). kUnavailable for a damaged one.
base::Result<void> check_database(const std::string& path);

}  // namespace store::sqlite
