// The tables of the one database file, for every store that opens it.
#pragma once

#include "store/sqlite/database.h"

namespace store::sqlite {

inline constexpr const char* kDatabaseName = "spotify-mcp-server.db";
const Schema& database_schema();

}  // namespace store::sqlite
