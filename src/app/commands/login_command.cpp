// login: opens the browser, waits for its answer, and keeps the grant.
#include <ostream>

#include <fmt/format.h>

#include "app/compose.h"
#include "app/commands/commands.h"
#include "app/config_privacy.h"
#include "app/key_notice.h"
#include "app/sealed_config.h"
#include "json/write.h"
#include "net/stdio.h"
#include "os/browser.h"

namespace app::commands {
namespace {

struct Conversation {
  Process& process;
  Account& account;
  AuditTrail& audit;
  Io& io;
  const Arguments& arguments;
};

// Reads pasted addresses until one is the answer. A wrong one is told, and asked for again.
base::Task<base::Result<tools::LoginStatus>> ask_for_paste(Conversation* talk) {
  net::StdioLines lines(talk->process.loop, talk->io.input, talk->io.output);
  talk->io.err << "After you have agreed, the browser shows an error page, because nothing answers at the redirect "
                  "address. Copy the address of that page, paste it here, then press Enter:\n"
               << std::flush;
  // Ends with the login, with the end of the input, or when the login is over.
  while (true) {
    const auto line = co_await lines.read();
    if (!line) {
      co_return base::fail(base::Code::kCancelled, "The input ended before the address was pasted. Run login again.");
    }
    if (*line && (*line)->find_first_not_of(" \t\r") == std::string::npos) continue;
    const mcp::Principal owner;
    auto status = *line ? co_await talk->account.login().complete(owner, **line)
                        : base::Result<tools::LoginStatus>(std::unexpected(line->error()));
    if (status || status.error().code != base::Code::kInvalidArgument) co_return status;
    talk->io.err << status.error().message << " Try again:\n" << std::flush;
  }
}

base::Task<base::Result<tools::LoginStatus>> wait_for_answer(Conversation* talk, tools::PendingLogin pending) {
  const mcp::Principal owner;
  if (pending.completes_itself) co_return co_await talk->account.login().wait(owner);
  const base::Instant end = talk->process.loop.now() + pending.valid_for;
  auto status = co_await base::with_deadline(talk->process.loop, end, ask_for_paste(talk));
  if (!status && status.error().code == base::Code::kDeadline) {
    co_return std::unexpected(nobody_answered());
  }
  co_return status;
}

void tell(const tools::LoginStatus& status, const Conversation& talk) {
  // Spotify's ids of people are letters and digits, or percent-encoded; nothing in them can write on a terminal.
  const std::string name = status.user_id.value_or("a Spotify user");
  if (talk.arguments.has("--json")) {
    json::Array scopes;
    for (const std::string& scope : status.scopes) scopes.emplace_back(scope);
    talk.io.out << json::write_pretty(
        json::Object{{"logged_in", true}, {"user_id", status.user_id.value_or("")}, {"scopes", std::move(scopes)}});
  } else {
    talk.io.out << fmt::format("Logged in as {}.\n", name);
  }
}

base::Task<base::Result<void>> converse(Conversation* talk) {
  // A damaged database or a lost key is told before anyone is sent to a browser.
  CO_TRY(const NoKeyFile none, co_await talk->account.no_key_file());
  talk->audit.begin("login");
  CO_TRY_VOID(co_await talk->audit.start(none));
  const mcp::Principal owner;
  CO_TRY(const tools::PendingLogin pending, co_await talk->account.login().begin(owner));
  talk->io.err << "Open this URL: " << pending.url << '\n' << std::flush;
  if (!pending.completes_itself && !talk->arguments.has("--paste")) {
    talk->io.err << "The redirect address is not on this machine, so the answer has to be brought back by hand.\n";
  }
  if (pending.completes_itself && talk->arguments.has("--no-browser")) {
    talk->io.err << "The browser has to be on this machine. For one elsewhere, run login --paste.\n" << std::flush;
  }
  if (!talk->arguments.has("--no-browser")) os::open_in_browser(pending.url, talk->process.environment);
  const auto status = co_await wait_for_answer(talk, pending);
  co_await talk->account.settle();
  if (!status) co_return std::unexpected(status.error());
  tell(*status, *talk);
  co_return base::Result<void>();
}

base::Task<base::Result<void>> converse_and_close(Conversation* talk) {
  auto conversing = converse(talk);
  const auto ended = co_await std::move(conversing);
  co_await talk->audit.close();
  co_return ended;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  TRY_VOID(check_config_privacy(find_config_file(arguments.text("--config"), io.environment)));
  TRY_VOID(accept_generation(loaded, rollback_of(arguments)));
  if (Seal(loaded.settings.storage.directory).is_on()) return std::unexpected(Seal::refusal());
  // Before a key is made for a login that cannot begin.
  if (loaded.settings.spotify.client_id.empty()) return std::unexpected(no_client_id());
  if (const auto note = odd_client_id(loaded.settings)) io.err << "note: " << *note << '\n';
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  AccountOptions options;
  options.answer = arguments.has("--paste") ? Answer::kPasted : Answer::kListener;
  options.login_lasts = std::chrono::seconds(arguments.number("--timeout").value_or(0));
  options.paths = Paths::kShown;
  options.key_made = tell_of_key(process, io);
  // With the tools, because what they need is what the login asks for.
  TRY(const auto product, Product::make(process, loaded.settings, tools::Audience::kStdio, std::move(options)));
  product->audit().tell_sealed(loaded.sealed);
  Conversation talk{process, product->account(), product->audit(), io, arguments};
  TRY_VOID(run_to_end(process.loop, converse_and_close(&talk)));
  return 0;
}

}  // namespace

Command login_command() {
  Command command{
      .name = "login",
      .about = "Log in to Spotify in the browser. Asks for the permissions that the offered tools need.",
      .options = {config_option(),
                  rollback_option(),
                  {.name = "--client-id",
                   .value = "ID",
                   .about = "Client ID of your Spotify app.",
                   .setting = "spotify.client_id"},
                  {.name = "--paste",
                   .kind = OptionKind::kSwitch,
                   .about = "Bring the answer back by hand: for a machine without a browser."},
                  {.name = "--no-browser",
                   .kind = OptionKind::kSwitch,
                   .about = "Only print the URL; do not open a browser. It has to be on this machine: see --paste."},
                  {.name = "--timeout,--timeout-seconds",
                   .kind = OptionKind::kNumber,
                   .value = "SECONDS",
                   .about = "How long to wait. Default: security.session_timeout_minutes.",
                   .min = 1,
                   .max = 3600},
                  json_option()},
      .run = run};
  for (const Option& option : selection_options()) command.options.push_back(option);
  return command;
}

}  // namespace app::commands
