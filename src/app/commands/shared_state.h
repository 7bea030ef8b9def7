// What the checks ask of a database that replicas share.
#pragma once

#include <vector>

#include "app/commands/check_facts.h"
#include "base/result.h"
#include "config/settings.h"
#include "store/api_keys.h"
#include "store/sql/store.h"

namespace app::commands {

struct SharedState {
  std::vector<store::sql::KeyInfo> keys;
  std::vector<store::ApiKey> api_keys;
};

// Needs no key. kUnavailable where the database does not answer. It is asked offline too: the state is of this
// installation, wherever it is.
base::Result<SharedState> look_at_shared(const CheckRequest& request, const config::Settings& settings);

}  // namespace app::commands
