// The whole product, put together: the Spotify account, the tools on it, the MCP server over them. A transport is what
// a command adds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/account.h"
#include "app/adapters.h"
#include "app/alert_sender.h"
#include "app/audit_trail.h"
#include "app/calls_once_open.h"
#include "app/content_watch.h"
#include "app/io.h"
#include "app/metered.h"
#include "app/metrics.h"
#include "app/seal.h"
#include "config/settings.h"
#include "mcp/server.h"
#include "mcp/tool.h"
#include "policy/budget.h"
#include "tools/catalogue.h"
#include "tools/player_watch.h"

namespace app {

// Of streams for notifications over HTTP; on stdio there is one client, whose streams live as long as it likes.
inline constexpr size_t kListensMax = 2'000;
inline constexpr std::chrono::hours kListenLife{1};

class Product {
 public:
  // Touches neither disk nor network. kInvalidArgument for toolsets or tools that nobody knows.
  static base::Result<std::unique_ptr<Product>> make(Process& process, const config::Settings& settings,
                                                     tools::Audience audience, AccountOptions options);
  ~Product();
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

  Account& account() { return *account_; }
  mcp::Server& server() { return server_; }
  AuditTrail& audit() { return *audit_; }
  const Metrics& metrics() const { return *metrics_; }
  const Seal& seal() const { return seal_; }
  // Those that are offered at the start, in their order.
  const std::vector<mcp::Tool>& tools() const { return tools_; }
  // Those that may be offered by a reload too.
  const std::vector<mcp::Tool>& all_tools() const { return all_tools_; }
  // Opens the store and the audit trail, which is told that `mode` begins. What it opened is to be closed.
  base::Task<base::Result<void>> open(std::string_view mode);
  // Why these settings cannot be taken over; they have passed config::check. kInvalidArgument.
  base::Result<void> check(const config::Settings& settings) const;
  // Takes over what may change while it runs (config/live.h). The settings have passed check().
  void apply(const config::Settings& settings);
  // Replaces keys that have become old, every hour, and hears every minute of those that others have replaced. Ends
  // with the task.
  base::Task<void> keep_keys();
  // The last word of the trail. Sessions and calls have ended.
  base::Task<void> close();

 private:
  struct Parts;
  Product(Process& process, const config::Settings& settings, tools::Audience audience, Parts parts);
  base::Task<void> keep_keys_once();
  // Takes over the keys of what clients carry, where another process has changed them.
  base::Task<void> share_state_keys();
  base::Result<std::vector<mcp::Tool>> select(const config::Settings& settings, bool read_only) const;
  void add(const mcp::Tool& tool);
  void take_over(const config::Settings& settings, const std::vector<mcp::Tool>& selected);
  bool is_offered(const mcp::Tool& tool) { return offered_.contains(tool.info.name) && is_possible(tool); }
  // What every call passes before its handler.
  mcp::ToolMiddleware guard(const base::Clock& clock);
  // Whether the app, as far as it is known, has every operation that the tool stands on.
  bool is_possible(const mcp::Tool& tool);

  Process& process_;
  std::chrono::hours key_age_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<AlertSender> alerts_;
  std::unique_ptr<AuditTrail> audit_;
  std::unique_ptr<Account> account_;
  Seal seal_;
  // A call passes the count, waits for the store, and passes the seal, then the trail.
  SealedCalls sealed_calls_;
  CallsOnceOpen opened_calls_;
  MeteredCalls metered_calls_;
  ContentWatch content_watch_;
  tools::Desk desk_;
  policy::Budget budget_;
  tools::Services services_;
  tools::Audience audience_;
  std::vector<mcp::Tool> tools_;
  std::vector<mcp::Tool> all_tools_;
  // Those that the server knows, and those of them that are offered now.
  std::map<std::string, mcp::Effect, std::less<>> known_;
  std::set<std::string, std::less<>> offered_;
  // The tools that this regime makes impossible.
  std::optional<spotify::Regime> judged_;
  std::set<std::string> impossible_;
  StoredSpentStates spent_states_;
  std::optional<int64_t> state_keys_change_;  // Of the keys that are in use.
  mcp::Server server_;
  tools::PlayerWatch player_watch_;
};

// What the log of a server leaves out.
base::Level level_of(config::LogLevel level);

}  // namespace app
