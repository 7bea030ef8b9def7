// logout: forgets the stored login, and what was kept for its person. It needs no key, so it also helps when the key is
// lost; then it gives up, where it is told to, what opens with no other key.
#include <fmt/format.h>
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

struct Talk {
  const Arguments& arguments;
  Io& io;
  Account& account;
  // Null where there is no key, and so no trail.
  AuditTrail* audit = nullptr;
  std::optional<crypto::Key> key = std::nullopt;
  bool was_logged_in = false;
  store::sql::LostKeys lost = {};
};

// Nothing where there is none, or one that is no key: then none of the stored keys opens.
std::optional<crypto::Key> key_at_hand(const MasterKeyPlaces& places, Process& process) {
  if (!has_master_key(places, process.environment)) return std::nullopt;
  auto key = master_key(places, process.environment, process.random, NoKeyFile::kRefuse, nullptr);
  return key ? std::optional(*std::move(key)) : std::nullopt;
}

// Whoever lost the key, or has no room on the disk, must still be able to log out; so a trail that cannot be written is
// told and not obeyed.
base::Task<void> record(Talk* talk) {
  if (talk->audit == nullptr) {
    talk->io.err << "warning: The logout is not in the audit trail: there is no master key here.\n";
    co_return;
  }
  talk->audit->begin("logout");
  auto recorded = co_await talk->audit->start(NoKeyFile::kRefuse);
  if (recorded) {
    audit::Entry entry{
        .event = audit::Event::kLoginForgotten, .user = mcp::Principal().id, .source = "local", .status = "ok"};
    recorded = co_await talk->audit->trail().record(std::move(entry));
    co_await talk->audit->close();
  }
  if (!recorded) {
    talk->io.err << "warning: The logout is not in the audit trail. " << recorded.error().message << '\n';
  }
}

base::Task<base::Result<void>> forget(Talk* talk) {
  Account& account = talk->account;
  CO_TRY(talk->was_logged_in, co_await account.store().has_grant(mcp::Principal().id));
  CO_TRY_VOID(co_await account.forget(mcp::Principal().id));
  const auto forgotten = co_await account.spotify()->forget_cache();
  if (!forgotten) {
    talk->io.err << "warning: The cached answers are not removed. " << forgotten.error().message << '\n';
  }
  const bool give_up = talk->arguments.has("--lost-key");
  auto looking =
      account.store().lost_keys(std::move(talk->key), give_up ? store::sql::Lost::kDestroy : store::sql::Lost::kCount);
  CO_TRY(talk->lost, co_await std::move(looking));
  auto recording = record(talk);
  co_await std::move(recording);
  co_return base::Result<void>();
}

void say(const Talk& talk) {
  if (talk.arguments.has("--json")) {
    talk.io.out << json::write_pretty(json::Object{{"logged_in", false},
                                                   {"was_logged_in", talk.was_logged_in},
                                                   {"keys_lost", talk.lost.found},
                                                   {"keys_dropped", talk.lost.destroyed}});
  } else {
    talk.io.out << (talk.was_logged_in ? "Logged out. To take the permission back at Spotify too, remove the app at "
                                         "https://www.spotify.com/account/apps/.\n"
                                       : "Nobody was logged in.\n");
    if (talk.lost.destroyed > 0) {
      talk.io.out << fmt::format(
          "Dropped {} keys that open with no master key that is here. The next login makes new "
          "ones.\n",
          talk.lost.destroyed);
    }
  }
  if (talk.lost.found > talk.lost.destroyed) {
    talk.io.err << fmt::format(
        "note: {} keys of audit trails open with no master key that is here, and no login works beside them. Give "
        "their master key back, or, if it is lost, run `spotify-mcp-server logout --lost-key`: their trails can then "
        "never be verified.\n",
        talk.lost.found);
  }
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kWarning, Signals::kEnd);
  TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
  AuditTrail audit(process, loaded.settings, tell_of_key(process, io));
  const MasterKeyPlaces places = key_places(loaded.settings, io.environment);
  Talk talk{.arguments = arguments, .io = io, .account = *account, .key = key_at_hand(places, process)};
  if (has_master_key(places, io.environment)) talk.audit = &audit;
  TRY_VOID(run_to_end(process.loop, forget(&talk)));
  say(talk);
  return 0;
}

}  // namespace

Command logout_command() {
  return {
      .name = "logout",
      .about = "Forget the stored login, with receipts and snapshots.",
      .options = {config_option(),
                  {.name = "--lost-key",
                   .kind = OptionKind::kSwitch,
                   .about = "Also drop the keys that no master key here opens; their audit trails can then never be "
                            "verified."},
                  json_option()},
      .master_key = MasterKey::kWelcome,
      .run = run};
}

}  // namespace app::commands
