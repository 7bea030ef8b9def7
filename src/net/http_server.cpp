#include "net/http_server.h"

#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <utility>

#include "net/detail/connection.h"

namespace net {

namespace {

using ErrorCode = boost::system::error_code;

constexpr auto kAcceptPause =
    std::chrono::milliseconds(100);  // When the process has no descriptor left.
constexpr int kAcceptsPerTurn = 64;
constexpr size_t kSpareBuffers = 16;
constexpr size_t kSpareBufferBytes = size_t{128} * 1024;

std::string peer_name(const Socket& socket) {
  ErrorCode error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

base::Error listen_error(const ErrorCode& error, const HttpServerOptions& options) {
  const auto make = [&](base::Code code, std::string message) {
    return base::Error{code, std::move(message), error.message(), std::nullopt};
  };
  if (error == asio::error::address_in_use) {
    return make(base::Code::kUnavailable,
                fmt::format("Port {} on {} is in use. Stop the other program or pass --port.",
                            options.port, options.host));
  }
  if (error == asio::error::access_denied) {
    return make(base::Code::kForbidden,
                fmt::format("Port {} needs privileges. Pass --port with a number from 1024.",
                            options.port));
  }
  return make(
      base::Code::kInvalidArgument,
      fmt::format(
          "Cannot listen on {}. Pass --host with an address of this machine, such as 127.0.0.1.",
          options.host));
}

}  // namespace

HttpServer::Impl::Impl(AsioLoop& owner, http::Handler& answers, base::Log& events,
                       HttpServerOptions given)
    : loop(owner),
      handler(answers),
      log(events),
      options(std::move(given)),
      acceptor(owner.impl().context.get_executor()) {}

base::Result<void> HttpServer::Impl::listen() {
  ErrorCode error;
  const auto address =
      asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) return std::unexpected(listen_error(error, options));
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (!error) port = acceptor.local_endpoint(error).port();
  if (error) return std::unexpected(listen_error(error, options));
  return {};
}

void HttpServer::Impl::accept() {
  acceptor.async_accept([self = shared_from_this()](const ErrorCode& error, Socket socket) {
    if (!self->acceptor.is_open()) return;
    if (!error) self->accepted(std::move(socket));
    const ErrorCode last = error ? error : self->accept_waiting();
    if (last == asio::error::no_descriptors || last == asio::error::no_buffer_space || last == asio::error::no_memory ||
        last == ErrorCode(ENFILE, boost::system::system_category())) {
      self->log.event(base::Level::kWarning, "http.accept_failed", {{"reason", last.message()}});
      // Trying again at once would spin until another connection ends.
      self->loop.call_at(self->loop.now() + kAcceptPause, [weak = self->weak_from_this()] {
        const auto alive = weak.lock();
        if (alive && alive->acceptor.is_open()) alive->accept();
      });
      return;
    }
    self->accept();
  });
}

// One connection for each turn of a busy loop would let the kernel's queue run over, and what does not fit there comes
// again only after a second.
ErrorCode HttpServer::Impl::accept_waiting() {
  ErrorCode error;
  for (int i = 0; i < kAcceptsPerTurn && !error; ++i) {
    Socket socket(acceptor.get_executor());
    acceptor.accept(socket, error);
    if (!error) accepted(std::move(socket));
  }
  return error;
}

void HttpServer::Impl::accepted(Socket socket) {
  ErrorCode error;
  socket.non_blocking(true, error);
  if (!error) socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (error) return;  // The peer is gone already.
  if (connections.size() >= options.limits.connections) return refuse(socket);
  const uint64_t id = next_id++;
  std::string peer = peer_name(socket);
  const auto connection =
      std::make_shared<Connection>(*this, id, std::move(socket), std::move(peer));
  connections.emplace(id, connection);
  connection->start();
}

void HttpServer::Impl::refuse(Socket& socket) {
  http::Response response =
      error_response(503, "The server has too many connections. Try again later.");
  response.headers.add("Retry-After", "10");
  constexpr auto kVersion = RequestReader::Version::kHttp11;
  const Framing framing =
      frame(response, http::Method::kGet, kVersion, RequestReader::Persistence::kClose);
  std::string out;
  write_head_to(out, response, framing, kVersion);
  out += response.body;
  ErrorCode ignored;
  // A fresh socket takes so little at once; if not, the close says enough.
  socket.write_some(asio::buffer(out), ignored);
  log.event(base::Level::kWarning, "http.too_many_connections");
}

void HttpServer::Impl::remove(uint64_t id) {
  connections.erase(id);
  if (connections.empty() && empty) std::exchange(empty, std::nullopt).value()(true);
}

void HttpServer::Impl::close_all() {
  ErrorCode ignored;
  acceptor.close(ignored);
  const auto open = connections;
  for (const auto& [id, connection] : open) connection->close();
}

std::string HttpServer::Impl::take_buffer() {
  if (spare_buffers.empty()) return {};
  std::string buffer = std::move(spare_buffers.back());
  spare_buffers.pop_back();
  return buffer;
}

void HttpServer::Impl::give_back(std::string buffer) {
  if (spare_buffers.size() >= kSpareBuffers || buffer.capacity() > kSpareBufferBytes) return;
  buffer.clear();
  spare_buffers.push_back(std::move(buffer));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { impl_->close_all(); }

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(AsioLoop& loop, http::Handler& handler,
                                                            base::Log& log,
                                                            HttpServerOptions options) {
  auto impl = std::make_shared<Impl>(loop, handler, log, std::move(options));
  TRY_VOID(impl->listen());
  impl->accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

uint16_t HttpServer::port() const { return impl_->port; }
size_t HttpServer::connections() const { return impl_->connections.size(); }

base::Task<void> HttpServer::stop(base::Duration drain) {
  const auto impl = impl_;
  impl->draining = true;
  ErrorCode ignored;
  impl->acceptor.close(ignored);
  const auto open = impl->connections;
  for (const auto& [id, connection] : open) connection->drain();
  if (impl->connections.empty()) co_return;

  const base::Completion<bool> done(impl->loop);
  impl->empty = done.setter();
  const base::Timer timer(impl->loop, impl->loop.now() + drain, [impl] { impl->close_all(); });
  co_await done;
}

}  // namespace net
