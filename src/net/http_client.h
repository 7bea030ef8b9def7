// http::Client on libcurl: one I/O thread that starts with the first request, an allow-list of
// servers that is checked before a byte leaves, deadlines and limits for everything. Results come
// back on the loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "net/limits.h"
#include "net/loop.h"

namespace net {

// Whether a server may turn out to stand at a private, loopback or link-local address although its URL is no loopback
// literal. Refusing stops DNS rebinding. kAllow is for a server that the person at the command line names.
enum class PrivateAddresses { kRefuse, kAllow };

// A request that was stopped for where it would have gone.
struct Denial {
  enum class Kind {
    kServer,   // It is not one of those that are allowed.
    kAddress,  // Its name leads to an address that is not allowed.
    kTrust,    // It could not prove who it is, or offers no connection that is safe enough.
  };
  Kind kind = Kind::kServer;
  std::string server;  // As the request named it.
  std::string reason;  // In words of ours.
};

struct TestNetwork;

struct CurlClientOptions {
  // "https://api.spotify.com", with ":port" where it is not the scheme's own. Requests to any other
  // are refused with kForbidden. http is allowed for loopback literals only.
  std::vector<std::string> allowed_servers = {};
  PrivateAddresses private_addresses = PrivateAddresses::kRefuse;
  std::string user_agent = "mcp-server-for-spotify";
  // Never read from the environment. The proxy sees host names; with it, addresses are the proxy's
  // matter.
  std::optional<std::string> proxy = std::nullopt;
  // A Unix socket that every request goes to, whatever server it names.
  std::string unix_path = {};
  // PEM file with the trusted authorities; the system's when empty.
  std::string ca_file = {};
  ClientLimits limits = {};
  // Told of every request that was stopped for where it would have gone, on the loop, before its caller is.
  std::function<void(const Denial&)> denied = nullptr;
  // Name service and addresses of a test. Only the tests of net/ can make one (detail/test_network.h).
  std::shared_ptr<const TestNetwork> test_network = nullptr;
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
