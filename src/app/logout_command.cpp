// logout: forgets the stored login. It needs no key, so it also helps when the key is lost.
#include <ostream>

#include "app/account.h"
#include "app/commands.h"
#include "json/write.h"

namespace app {
namespace {

base::Task<base::Result<void>> forget(Account* account) {
  co_return co_await account->store().erase(mcp::Principal().id);
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kWarning, Signals::kEnd);
  TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
  TRY_VOID(run_to_end(process.loop, forget(account.get())));
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
          .run = run};
}

}  // namespace app
