// The table of API keys as rows; for api_keys.cpp and store_purposes.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/api_keys.h"
#include "store/sql/database.h"

namespace store::sql {

// False where there is one of that id.
base::Result<bool> insert_api_key(const Database& file, const ApiKey& key);
base::Result<std::optional<ApiKey>> find_api_key(const Database& file, const std::string& id);
// The oldest first.
base::Result<std::vector<ApiKey>> all_api_keys(const Database& file);
base::Result<void> put_signing_box(const Database& file, const std::string& id, const std::string& box);
// All that are not yet. Gives their number.
base::Result<int64_t> revoke_api_keys(const Database& file, base::Wall now);

}  // namespace store::sql
