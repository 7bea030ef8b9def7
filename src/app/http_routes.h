// The paths of `serve`: MCP, and the few that a supervisor asks for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/interfaces.h"

namespace app {

// What a server says of itself. Sealed: the administrator has stopped every call (app/seal.h).
enum class Health { kOk, kDegraded, kSealed };

// What stands between the clients and this server.
struct HttpFront {
  // The proxies that say who the client is, as http::AddressBlock takes them.
  std::vector<std::string> trusted_proxies = {};
  // Whether clients come by TLS, and shall do so from now on (RFC 6797).
  bool tls = false;
  // Where flaws are reported, for /.well-known/security.txt (RFC 9116); empty: there is no such file.
  std::string security_contact = {};
  // Of the day on which that file has to be asked for again. It must outlive the routes; needed with a contact.
  const base::Clock* clock = nullptr;
};

class HttpRoutes final : public http::Handler {
 public:
  // `mcp` must outlive it. Without `health` it is always well.
  HttpRoutes(http::Handler& mcp, std::string mcp_path, std::function<Health()> health = nullptr, HttpFront front = {})
      : mcp_(mcp), mcp_path_(std::move(mcp_path)), health_(std::move(health)), front_(std::move(front)) {}

  base::Task<http::Response> handle(http::Request request) override;
  // From now on the server is not ready; it still answers what comes.
  void begin_to_stop() { stopping_ = true; }

 private:
  http::Response answer(const http::Request& request, std::string_view path) const;
  http::Response security_text() const;
  std::string client_of(const http::Request& request) const;
  // What every answer says, whoever made it.
  void harden(http::Response& response) const;

  http::Handler& mcp_;
  std::string mcp_path_;
  std::function<Health()> health_;
  HttpFront front_;
  bool stopping_ = false;
};

}  // namespace app
