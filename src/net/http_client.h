// http::Client on libcurl: one I/O thread that starts with the first request, an allow-list of
// servers that is checked before a byte leaves, deadlines and limits for everything. Results come
// back on the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "net/limits.h"
#include "net/loop.h"

namespace net {

// Whether a server that is named (not a loopback literal) may turn out to stand at a private,
// loopback or link-local address. Refusing stops DNS rebinding; an issuer inside a company's
// network needs kAllow.
enum class PrivateAddresses { kRefuse, kAllow };

struct CurlClientOptions {
  // "https://api.spotify.com", with ":port" where it is not the scheme's own. Requests to any other
  // are refused with kForbidden. http is allowed for loopback literals only.
  std::vector<std::string> allowed_servers;
  PrivateAddresses private_addresses = PrivateAddresses::kRefuse;
  std::string user_agent = "mcp-server-for-spotify";
  // Never read from the environment. The proxy sees host names; with it, addresses are the proxy's
  // matter.
  std::optional<std::string> proxy;
  // PEM file with the trusted authorities; the system's when empty.
  std::string ca_file;
  ClientLimits limits;
};

// The loop must outlive the client. send() belongs to the loop's thread.
//
// Dropping the task of send() aborts the transfer. A request with an effect (any but GET, HEAD and
// OPTIONS) is never sent a second time, not even where libcurl would do so because a kept
// connection turned out to be dead. In an Error, `detail` is "not sent" exactly when no byte of the
// request left this process.
class CurlClient final : public http::Client {
 public:
  CurlClient(base::Loop& loop, CurlClientOptions options);
  // Aborts what is under way; tasks that wait are never resumed.
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  base::Task<base::Result<http::Response>> send(http::Request request) override;

  struct Core;

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace net
