#include "app/commands/shared_state.h"

#include "app/process.h"
#include "app/stores.h"
#include "store/sql/api_key_table.h"

namespace app::commands {
namespace {

base::Task<base::Result<void>> look(store::sql::Store* store, store::ApiKeys* api_keys, SharedState* found) {
  CO_TRY(found->keys, co_await store->keys());
  CO_TRY(found->api_keys, co_await api_keys->list());
  co_return base::Result<void>();
}

}  // namespace

base::Result<SharedState> look_at_shared(const CheckRequest& request, const config::Settings& settings) {
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  const auto place = store_place(settings);
  store::sql::Store store({process.loop, process.worker, process.random, process.clock},
                          {.place = place, .master_key = nullptr});
  store::sql::ApiKeyTable api_keys({process.loop, process.worker}, place);
  SharedState found;
  TRY_VOID(run_to_end(process.loop, look(&store, &api_keys, &found)));
  return found;
}

}  // namespace app::commands
