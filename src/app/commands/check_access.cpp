// Who may call, as facts: the proxies whose word is taken, the API keys that are in use, and whether a request that was
// signed once can be sent again.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands/check_facts.h"
#include "app/commands/shared_state.h"
#include "app/process.h"
#include "app/stores.h"
#include "base/text.h"
#include "os/files.h"
#include "policy/request_signature.h"
#include "store/sqlite/inspect.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/stores.h"

namespace app::commands {
namespace {

using Keys = checks::Fact<std::vector<checks::ApiKeyFact>>;

// Used once, and then again by a process that has started since.
base::Task<base::Result<void>> try_nonces(Process* process, std::string scratch, bool* kept) {
  const base::Wall now = process->clock.wall();
  const base::Wall expires = now + policy::RequestSignature::kWindow;
  const store::sqlite::SqliteApiKeys::Services services{process->loop, process->worker};
  CO_TRY_VOID(os::make_private_directory(scratch));
  bool first = false;
  {
    store::sqlite::SqliteApiKeys keys(services, scratch);
    CO_TRY(first, co_await keys.use("self-test", "a-nonce-of-a-self-test", expires, now));
  }
  store::sqlite::SqliteApiKeys again(services, scratch);
  CO_TRY(const bool second, co_await again.use("self-test", "a-nonce-of-a-self-test", expires, now));
  *kept = first && !second;
  co_return base::Result<void>();
}

Keys shared_keys(const CheckRequest& request, const config::Settings& settings, const checks::Facts& facts) {
  const auto shared = look_at_shared(request, settings);
  if (!shared) return Keys::unknown(shared.error().message);
  std::vector<checks::ApiKeyFact> found;
  for (const store::ApiKey& key : shared->api_keys) {
    if (key.revoked || key.expires <= facts.now) continue;
    found.push_back({.id = key.id, .scopes = key.scopes.size(), .made = key.created, .expires = key.expires});
  }
  return found;
}

Keys keys_of(const CheckRequest& request, const config::Settings& settings, const checks::Facts& facts) {
  if (settings.server.auth != config::HttpAuth::kApiKey) return Keys::absent("server.auth is not api-key.");
  if (is_shared(settings)) return shared_keys(request, settings, facts);
  const base::Wall now = facts.now;
  std::vector<checks::ApiKeyFact> found;
  if (!request.host.look(settings.storage.directory + "/" + store::sqlite::kDatabaseName).exists) return found;
  const auto inspected = store::sqlite::inspect_store(settings.storage.directory);
  if (!inspected) return Keys::unknown(inspected.error().message);
  for (const store::sqlite::InspectedApiKey& key : inspected->api_keys) {
    if (key.is_revoked || key.expires <= now) continue;
    size_t scopes = 0;
    for (const std::string_view scope : base::split(key.scopes, ' ')) scopes += scope.empty() ? 0 : 1;
    found.push_back({.id = key.id, .scopes = scopes, .made = key.created, .expires = key.expires});
  }
  return found;
}

}  // namespace

void gather_access(const CheckRequest& request, const std::string& scratch, checks::Facts& facts) {
  facts.program.signature_window_seconds = policy::RequestSignature::kWindow.count();
  if (!facts.config || !facts.config->settings) {
    const char* why = "The settings cannot be read.";
    facts.trusted_proxies = checks::Fact<checks::Texts>::unknown(why);
    facts.api_keys = Keys::unknown(why);
    return;
  }
  const config::Settings& settings = *facts.config->settings;
  facts.trusted_proxies = settings.server.trusted_proxies.empty()
                              ? checks::Fact<checks::Texts>::absent("No proxy's word is taken for who calls.")
                              : checks::Fact<checks::Texts>(settings.server.trusted_proxies);
  facts.api_keys = keys_of(request, settings, facts);
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  // A nonce store that fails keeps none.
  static_cast<void>(run_to_end(process.loop, try_nonces(&process, scratch + "/nonces", &facts.program.keeps_nonces)));
}

}  // namespace app::commands
