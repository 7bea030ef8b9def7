// logout: forgets the stored login. It needs no key, so it also helps when the key is lost.
#include <ostream>
#include <utility>

#include "app/account.h"
#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/key_notice.h"
#include "app/master_key.h"
#include "json/write.h"

namespace app::commands {
namespace {

// Whoever lost the key, or has no room on the disk, must still be able to log out; so a trail that cannot be written is
// told and not obeyed. Null where there is no key, and so no trail.
base::Task<base::Result<void>> forget(Account* account, AuditTrail* audit, Io* io) {
  CO_TRY_VOID(co_await account->store().erase(mcp::Principal().id));
  const auto forgotten = co_await account->spotify()->forget_cache();
  if (!forgotten) io->err << "warning: The cached answers are not removed. " << forgotten.error().message << '\n';
  if (audit == nullptr) {
    io->err << "warning: The logout is not in the audit trail: there is no master key here.\n";
    co_return base::Result<void>();
  }
  audit->begin("logout");
  auto recorded = co_await audit->start(NoKeyFile::kRefuse);
  if (recorded) {
    audit::Entry entry{
        .event = audit::Event::kLoginForgotten, .user = mcp::Principal().id, .source = "local", .status = "ok"};
    recorded = co_await audit->trail().record(std::move(entry));
    co_await audit->close();
  }
  if (!recorded) io->err << "warning: The logout is not in the audit trail. " << recorded.error().message << '\n';
  co_return base::Result<void>();
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kWarning, Signals::kEnd);
  TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
  AuditTrail audit(process, loaded.settings, tell_of_key(process, io));
  const MasterKeyPlaces places = key_places(loaded.settings, io.environment);
  AuditTrail* const told = has_master_key(places, io.environment) ? &audit : nullptr;
  TRY_VOID(run_to_end(process.loop, forget(account.get(), told, &io)));
  if (arguments.has("--json")) {
    io.out << json::write_pretty(json::Object{{"logged_in", false}});
  } else {
    io.out << "Logged out. To take the permission back at Spotify too, remove the app at "
              "https://www.spotify.com/account/apps/.\n";
  }
  return 0;
}

}  // namespace

Command logout_command() {
  return {.name = "logout",
          .about = "Forget the stored login.",
          .options = {config_option(), json_option()},
          .master_key = MasterKey::kWelcome,
          .run = run};
}

}  // namespace app::commands
