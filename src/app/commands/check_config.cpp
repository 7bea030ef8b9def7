// The settings and the offered tools as facts.
#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "app/build_info.h"
#include "app/commands/check_facts.h"
#include "app/compose.h"
#include "app/load_settings.h"
#include "app/sealed_config.h"
#include "base/text.h"
#include "checks/collect_config.h"
#include "checks/inventory.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"
#include "crypto/self_test.h"
#include "json/write.h"
#include "mcp/transport/memory_client.h"
#include "net/limits.h"
#include "os/files.h"
#include "policy/access_scopes.h"

namespace app::commands {
namespace {

constexpr size_t kSecretFileBytesMax = size_t{64} * 1024;

int64_t seconds_of(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

// What a client sees of a tool, as a digest.
std::string digest_of(const mcp::Tool& tool) {
  return crypto::to_hex(crypto::sha256(json::write(mcp::describe(tool, mcp::Revision::k2026_07_28))));
}

checks::ToolFact fact_of(const mcp::Tool& tool) {
  const json::Value* properties = tool.input_schema.find("properties");
  return {.name = tool.info.name,
          .is_destructive = tool.info.effect == mcp::Effect::kDestroy,
          // What consent_to() asks for where a client cannot ask.
          .asks = properties != nullptr && properties->find("confirm") != nullptr,
          .scopes = tool.info.scopes,
          .digest = digest_of(tool),
          .reaches_out = tool.info.world == mcp::World::kOpen};
}

// What a client with one scope is shown, and that it cannot call what it is not shown.
base::Task<base::Result<void>> try_lists(Product* product, checks::SelfTest* test) {
  const auto expect = [test](bool holds, std::string what) {
    ++test->cases;
    if (!holds) test->failures.push_back(std::move(what));
  };
  for (const policy::AccessScope& scope : policy::access_scopes()) {
    const mcp::Principal principal{.id = "self-test", .scopes = std::vector{std::string(scope.name)}};
    mcp::MemoryClient client(product->server(), {.principal = principal});
    auto listing = client.call("tools/list");
    const auto listed = co_await std::move(listing);
    if (!listed) co_return base::fail(base::Code::kInternal, "The tools cannot be listed.");
    const std::string all = json::write(*listed);
    size_t shown = 0;
    for (const mcp::Tool& tool : product->tools()) {
      const bool reads = tool.info.effect == mcp::Effect::kRead;
      const std::string_view needs =
          policy::access_scope_of(tool.info.toolset, reads ? policy::Access::kReadOnly : policy::Access::kReadWrite);
      const bool is_shown = all.contains(fmt::format("\"name\":\"{}\"", tool.info.name));
      shown += is_shown ? 1 : 0;
      expect(!is_shown || needs == scope.name, fmt::format("{} with {}", tool.info.name, scope.name));
      if (is_shown || needs == scope.name) continue;
      auto calling = client.call_tool(tool.info.name);
      const auto called = co_await std::move(calling);
      expect(!called, fmt::format("a call of {} with {}", tool.info.name, scope.name));
    }
    expect(shown > 0 || scope.name != policy::kReadScope, "nothing is shown to those who may read");
  }
  co_return base::Result<void>();
}

checks::SelfTest test_lists(Process& process, Product& product) {
  checks::SelfTest test;
  if (const auto ended = run_to_end(process.loop, try_lists(&product, &test)); !ended) {
    test.failures.push_back(ended.error().message);
  }
  return test;
}

// Of the settings those alone that choose tools: what else is wrong with them is no matter here.
void add_tools(const CheckRequest& request, const config::Settings& settings, checks::Facts& facts) {
  checks::ProgramFacts& program = facts.program;
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  config::Settings chosen;
  chosen.tools = settings.tools;
  chosen.storage.directory = settings.storage.directory;
  if (const auto product = Product::make(process, chosen, tools::Audience::kHttp, {})) {
    for (const mcp::Tool& tool : (*product)->tools()) program.tools.push_back(fact_of(tool));
    program.needed_scopes = tools::scopes_of((*product)->tools());
    if (request.asks("AUT")) facts.self_tests["AUT-12"] = test_lists(process, **product);
  }
  chosen.tools = {};
  chosen.tools.toolsets = {"all"};
  if (const auto product = Product::make(process, chosen, tools::Audience::kStdio, {})) {
    std::string all;
    for (const mcp::Tool& tool : (*product)->tools()) all += digest_of(tool);
    program.tool_digest = crypto::to_hex(crypto::sha256(all));
  }
  program.locked_digest = build_value(build_info(), "tools_digest");
}

}  // namespace

base::Result<void> gather_config(const CheckRequest& request, checks::Facts& facts) {
  const os::Environment& environment = request.io.environment;
  config::Sources sources;
  sources.file_name = find_config_file(request.arguments.text("--config"), environment);
  if (!sources.file_name.empty()) sources.file_name = os::absolute(sources.file_name);
  const std::string file = sources.file_name;
  std::string unopened;
  if (!file.empty()) {
    TRY(std::string text, os::read_file(file, config::kSealedBytesMax));
    if (config::is_sealed(text)) {
      if (auto opened = open_sealed(file, text, environment)) {
        sources.file_text = std::string(opened->text.reveal());
        sources.sealed = std::move(opened->header);
      } else {
        unopened = std::move(opened).error().message;
      }
    } else {
      sources.file_text = std::move(text);
    }
  }
  sources.variable = [&environment](std::string_view name) { return environment.find(name); };
  sources.read_file = [](const std::string& path) { return os::read_private_file(path, kSecretFileBytesMax); };
  sources.flags = settings_request(request.command, request.arguments).flags;
  checks::ConfigRead read = checks::read_config(std::move(sources));
  read.facts.file = file;
  read.facts.own_user = request.host.user();
  if (!file.empty()) read.facts.way = checks::way_to(request.host, file);
  if (!unopened.empty()) {
    read.facts.is_sealed = true;
    read.facts.problems = {unopened};
    read.loaded.reset();
  }
  if (read.loaded) {
    TRY_VOID(settle_paths(*read.loaded, file, environment));
    facts.environment = read.loaded->settings.environment;
    read.facts.settings = std::move(read.loaded->settings);
  }
  facts.config = std::move(read.facts);
  return {};
}

void gather_program(const CheckRequest& request, checks::Facts& facts) {
  const net::ServerLimits limits;
  checks::ProgramFacts& program = facts.program;
  program.body_bytes = limits.body_bytes;
  program.header_fields = limits.header_fields;
  program.header_bytes = limits.header_bytes;
  program.line_bytes = limits.request_line_bytes;
  program.json_depth = json::Limits().depth_max;
  program.header_timeout_seconds = seconds_of(limits.header_timeout);
  program.idle_timeout_seconds = seconds_of(limits.idle_timeout);
  program.write_stall_seconds = seconds_of(limits.write_stall);
  program.connections = limits.connections;
  program.cache_hours_max = std::chrono::duration_cast<std::chrono::hours>(spotify::kKeptMax).count();
  program.answer_bytes_max = tools::Options().answer_bytes_max;
  for (const std::string_view name : crypto::primitives()) program.algorithms.emplace_back(name);
  for (const checks::CryptoUse& use : checks::crypto_uses()) program.inventory.emplace_back(use.primitive);
  const config::Settings defaults;
  const bool known = facts.config && facts.config->settings;
  const config::Settings& settings = known ? *facts.config->settings : defaults;
  program.sessions_per_principal = static_cast<size_t>(settings.security.max_sessions_per_user.value());
  add_tools(request, settings, facts);
}

}  // namespace app::commands
