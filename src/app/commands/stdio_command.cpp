// stdio: MCP on stdin and stdout, for a host that starts us as its child. Nothing but MCP goes to stdout.
#include <ostream>

#include "app/commands/commands.h"
#include "app/compose.h"
#include "app/config_privacy.h"
#include "app/confine.h"
#include "app/key_notice.h"
#include "app/sealed_config.h"
#include "net/serve.h"

namespace app::commands {
namespace {

// How long a refresh and calls in flight may take after the host has closed our input.
constexpr std::chrono::seconds kSettleMax{5};

using Done = base::Completion<base::Result<void>>;

base::Task<void> open_or_end(Product* product, Done::Setter end, Done::Setter opened) {
  auto result = co_await product->open("stdio");
  if (!result) end(result);
  opened(std::move(result));
}

base::Task<void> serve_until_end(mcp::Server* server, mcp::Lines* lines, Done::Setter end) {
  mcp::LinesOptions options;
  options.principal.source = "stdio";
  co_await mcp::serve_lines(*server, *lines, std::move(options));
  end(base::Result<void>());
}

base::Task<base::Result<void>> settle(Account* account) {
  co_await account->settle();
  co_return base::Result<void>();
}

base::Task<void> tell_drained(net::StdioLines* descriptors, Done::Setter drained) {
  co_await descriptors->drain();
  drained(base::Result<void>());
}

base::Error unread() {
  return {base::Code::kUnavailable,
          "The host does not read what this server answers on stdout, so it ended. Read while you write.", {},
          std::nullopt};
}

// Until the host has read everything or has gone; after a signal so much longer and no more.
base::Task<base::Result<void>> drain(Process* process, net::StdioLines* descriptors) {
  const Done done(process->loop);
  process->stop.on_stop([set = done.setter(), &loop = process->loop] {
    loop.call_at(loop.now() + kSettleMax, [set] { set(std::unexpected(unread())); });
  });
  base::TaskGroup draining(process->loop);
  draining.spawn(tell_drained(descriptors, done.setter()));
  co_return co_await done;
}

// The store is opened while the host's first messages are read already: a host waits for its list of tools, and none of
// that needs the disk. A store that cannot be opened ends the program all the same.
base::Task<base::Result<void>> converse(Process* process, Product* product, int input, int output) {
  net::StdioLines descriptors(process->loop, input, output);
  net::McpLines lines(descriptors, process->log);
  const Done end(process->loop);
  const Done opened(process->loop);
  process->stop.on_stop([set = end.setter()] { set(base::Result<void>()); });
  base::TaskGroup running(process->loop);
  running.spawn(open_or_end(product, end.setter(), opened.setter()));
  running.spawn(serve_until_end(&product->server(), &lines, end.setter()));
  const base::Result<void> ended = co_await end;
  CO_TRY_VOID(ended);
  CO_TRY_VOID(co_await opened);
  const base::Instant deadline = process->loop.now() + kSettleMax;
  auto settling = base::with_deadline(process->loop, deadline, settle(&product->account()));
  const auto settled = co_await std::move(settling);
  if (!settled) process->log.event(base::Level::kWarning, "stdio.ended_in_a_refresh");
  base::Result<void> drained = std::unexpected(unread());
  if (!lines.lost()) {
    auto draining = drain(process, &descriptors);
    drained = co_await std::move(draining);
  }
  co_await product->close();
  co_return drained;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  TRY_VOID(config::check_profile(loaded.settings, debugging_of(arguments)));
  TRY_VOID(check_config_privacy(find_config_file(arguments.text("--config"), io.environment)));
  TRY_VOID(accept_generation(loaded, rollback_of(arguments)));
  const os::Confined confined = confine_server(io, loaded.settings);
  Process process(io.environment, level_of(loaded.settings.server.log_level), Signals::kAsk);
  tell(confined, process.log);
  warn_of_variables(loaded.settings, io.environment, process.log);
  AccountOptions options;
  options.key_made = log_key(process.log);
  TRY(const auto product, Product::make(process, loaded.settings, tools::Audience::kStdio, std::move(options)));
  product->audit().tell_sealed(loaded.sealed);
  TRY_VOID(run_to_end(process.loop, converse(&process, product.get(), io.input, io.output)));
  return 0;
}

}  // namespace

Command stdio_command() {
  Command command{.name = "stdio",
                  .about = "Serve MCP on stdin and stdout, for a host that starts this program.",
                  .options = {config_option(), rollback_option(), debugging_option()},
                  .run = run};
  for (const Option& option : selection_options()) command.options.push_back(option);
  return command;
}

}  // namespace app::commands
