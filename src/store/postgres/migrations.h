// The tables, in the schema kSchemaName. The n-th script brings version n-1 to version n; one that was released is
// never edited. They are those of store/sqlite/migrations.cpp, with leases beside them.
#pragma once

#include <span>

namespace store::postgres {

std::span<const char* const> migrations();

}  // namespace store::postgres
