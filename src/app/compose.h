// The whole product, put together: the Spotify account, the tools on it, the MCP server over them. A transport is what
// a command adds.
#pragma once

#include <memory>
#include <vector>

#include "app/account.h"
#include "app/command.h"
#include "config/settings.h"
#include "mcp/server.h"
#include "mcp/tool.h"
#include "tools/catalogue.h"

namespace app {

class Product {
 public:
  // Touches neither disk nor network. kInvalidArgument for toolsets or tools that nobody knows.
  static base::Result<std::unique_ptr<Product>> make(Process& process, const config::Settings& settings,
                                                     tools::Audience audience, AccountOptions options);
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

  Account& account() { return *account_; }
  mcp::Server& server() { return server_; }
  // Those that are offered, in their order.
  const std::vector<mcp::Tool>& tools() const { return tools_; }
  // Opens the store and takes over the quota blocks of earlier runs and other processes.
  base::Task<base::Result<void>> open();

 private:
  Product(Process& process, const config::Settings& settings, std::unique_ptr<Account> account);

  std::unique_ptr<Account> account_;
  tools::Services services_;
  std::vector<mcp::Tool> tools_;
  mcp::Server server_;
};

// Which tools are offered; shared by the commands that offer or list them.
std::vector<Option> selection_options();

// What the log of a server leaves out.
base::Level level_of(config::LogLevel level);

}  // namespace app
