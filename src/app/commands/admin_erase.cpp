#include "app/commands/admin_erase.h"

#include <ostream>
#include <utility>

#include "app/account.h"
#include "app/audit_trail.h"
#include "app/key_notice.h"
#include "app/master_key.h"
#include "mcp/principal.h"

namespace app::commands {
namespace {

struct Erasing {
  Account& account;
  AuditTrail& audit;
  std::string user;
  bool has_trail;
};

// The trail has it before the name goes, since afterwards it would be told of somebody else.
base::Task<base::Result<void>> erase(Erasing* erasing) {
  base::Result<void> recorded;
  if (erasing->has_trail) {
    erasing->audit.begin("erase");
    recorded = co_await erasing->audit.start(NoKeyFile::kRefuse);
    audit::Entry entry{.event = audit::Event::kUserErased, .user = erasing->user, .source = "local", .status = "ok"};
    if (recorded) recorded = co_await erasing->audit.trail().record(std::move(entry));
    co_await erasing->audit.close();
  }
  CO_TRY_VOID(co_await erasing->account.store().forget_user(erasing->user));
  if (erasing->user == mcp::Principal().id) {
    CO_TRY([[maybe_unused]] const int64_t forgotten, co_await erasing->account.spotify()->forget_cache());
  }
  co_return recorded;
}

}  // namespace

base::Result<void> erase_user(Process& process, const config::Settings& settings, const std::string& user, Io& io) {
  TRY(const auto account, Account::make(process, settings, {.paths = Paths::kShown}));
  AuditTrail audit(process, settings, tell_of_key(process, io));
  const bool has_trail = has_master_key(key_places(settings, io.environment), io.environment);
  Erasing erasing{*account, audit, user, has_trail};
  const auto erased = run_to_end(process.loop, erase(&erasing));
  if (!erased) return std::unexpected(erased.error());
  if (!has_trail) io.err << "warning: This is not in the audit trail: there is no master key here.\n";
  return {};
}

}  // namespace app::commands
