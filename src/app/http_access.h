// Who may call over HTTP, as the settings say: the bearer of local-http mode, API keys, or everybody on this machine.
#pragma once

#include <chrono>
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
#include "store/sql/api_key_table.h"

namespace app {

class HttpAccess {
 public:
  // All must outlive it.
  HttpAccess(Process& process, const config::Settings& settings, store::SigningKeys& signing_keys);
  HttpAccess(const HttpAccess&) = delete;
  HttpAccess& operator=(const HttpAccess&) = delete;

  // Reads or makes what the mode needs: the bearer's file, or the table of API keys.
  base::Task<base::Result<void>> open();

  // Null: everybody.
  mcp::Authenticator* authenticator();
  // Takes the new bearer from its file; empty where there is none.
  std::function<base::Result<void>()> reload();
  // What the transport tells and asks of clients in this mode. `tools` are those that are offered, and must outlive
  // what it is given to.
  void fill(mcp::StreamableHttpOptions& options, const std::vector<mcp::Tool>& tools) const;
  // Ends what runs and listens with an API key that was revoked or has expired, within kNoticed. Ends with the task.
  // Both must outlive it.
  static constexpr std::chrono::milliseconds kNoticed{500};
  static base::Task<void> watch(HttpAccess* access, mcp::StreamableHttp* streamable);
  // For the person who starts the server.
  std::string instruction() const;

 private:
  bool is_signing() const;

  Process& process_;
  const config::Settings& settings_;
  store::SigningKeys& signing_keys_;
  std::optional<LocalBearer> bearer_;
  std::unique_ptr<store::sql::ApiKeyTable> keys_;
  std::optional<ApiKeyAccess> api_keys_;
};

}  // namespace app
