// An HTTP/1.1 server (RFC 9112) for one http::Handler: framing, limits, deadlines, keep-alive and
// pipelining. It knows no path, no origin and no user; what is wrong with the bytes it answers
// itself with a small JSON body
// {"error":"..."} and closes the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "net/limits.h"
#include "net/loop.h"
#include "net/tls.h"

namespace net {

// Hears of connections, on the loop's thread.
class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  virtual void handshake_ended(const TlsHandshake& handshake) = 0;
  // One more than the limits allow came, and was turned away: of this client, or of all.
  virtual void turned_away(std::string_view peer) = 0;
  // Whether this peer speaks for many clients, as a proxy does, and its connections are not counted as those of one.
  virtual bool speaks_for_many(std::string_view peer) const = 0;
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";  // An IPv4 or IPv6 literal, or "localhost" (127.0.0.1).
  uint16_t port = 0;               // 0 takes a free one.
  // A Unix socket instead, made with mode 0600; only processes of this user and of root get an answer. Whoever listens
  // at that path still is not disturbed; a socket that was left over is replaced. It is removed at the end.
  std::string unix_path = {};
  // A TCP socket that listens already, opened by a supervisor at that host and port; it is taken over. Negative: none.
  int descriptor = -1;
  // Null: plain HTTP.
  std::shared_ptr<const TlsIdentity> identity = nullptr;
  // It must outlive the server; null: nobody hears.
  ConnectionObserver* observer = nullptr;
  ServerLimits limits;
};

// Whether somebody answers at a Unix socket; a socket that a killed process left over is none. Blocking.
bool is_listening_at(const std::string& unix_path);

// All of it runs on the loop's thread. The loop, the handler and the log must outlive it.
//
// The handler's task, or the response's stream, is dropped when the peer closes the connection.
// Requests of one connection are handled one after another, in order.
class HttpServer {
 public:
  // Listens before it returns, and from then on the descriptor is its own. kUnavailable when the port or the path is
  // taken, kForbidden when it is privileged, kInvalidArgument for a host that is no address of this machine, and for a
  // descriptor that does not listen at that host and port.
  static base::Result<std::unique_ptr<HttpServer>> start(AsioLoop& loop, http::Handler& handler,
                                                         base::Log& log, HttpServerOptions options);
  // Closes everything at once.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  uint16_t port() const;
  // Connections that are open now.
  size_t connections() const;

  // Connections from now on see this one. Only where one was given at the start.
  void show(std::shared_ptr<const TlsIdentity> identity);

  // Stops accepting, closes idle connections, lets requests and streams in flight come to their end and closes what is
  // left after `drain`. Whoever has streams without an end ends them before. Done when no connection is left.
  base::Task<void> stop(base::Duration drain);

  struct Impl;

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace net
