// Who may call over HTTP, as the settings say: the bearer of local-http mode, API keys, or everybody on this machine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/api_key_access.h"
#include "app/local_bearer.h"
#include "app/process.h"
#include "base/result.h"
#include "base/task.h"
#include "config/settings.h"
#include "mcp/tool.h"
#include "mcp/transport/streamable_http.h"
#include "store/sqlite/api_keys.h"

namespace app {

class HttpAccess {
 public:
  // The process and the settings must outlive it.
  HttpAccess(Process& process, const config::Settings& settings);
  HttpAccess(const HttpAccess&) = delete;
  HttpAccess& operator=(const HttpAccess&) = delete;

  // Reads or makes what the mode needs: the bearer's file, or the key that signatures are checked with.
  base::Task<base::Result<void>> open();

  // Null: everybody.
  mcp::Authenticator* authenticator();
  // Takes the new bearer from its file; empty where there is none.
  std::function<base::Result<void>()> reload();
  // What the transport tells and asks of clients in this mode. `tools` are those that are offered, and must outlive
  // what it is given to.
  void fill(mcp::StreamableHttpOptions& options, const std::vector<mcp::Tool>& tools) const;
  // For the person who starts the server.
  std::string instruction() const;

 private:
  bool is_signing() const;

  Process& process_;
  const config::Settings& settings_;
  std::optional<LocalBearer> bearer_;
  std::unique_ptr<store::sqlite::SqliteApiKeys> keys_;
  std::optional<ApiKeyAccess> api_keys_;
};

}  // namespace app
