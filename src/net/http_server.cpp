#include "net/http_server.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "base/check.h"
#include "net/detail/connection.h"

namespace net {

namespace {

using ErrorCode = boost::system::error_code;

constexpr auto kAcceptPause =
    std::chrono::milliseconds(100);  // When the process has no descriptor left.
constexpr int kAcceptsPerTurn = 64;
constexpr size_t kSpareBuffers = 16;
constexpr size_t kSpareBufferBytes = size_t{128} * 1024;

using Endpoint = asio::generic::stream_protocol::endpoint;

std::string address_text(const Endpoint& endpoint) {
  sockaddr_storage raw{};
  std::memcpy(&raw, endpoint.data(), std::min(sizeof raw, endpoint.size()));
  if (raw.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &raw, sizeof four);
    return asio::ip::address_v4(ntohl(four.sin_addr.s_addr)).to_string();
  }
  if (raw.ss_family != AF_INET6) return {};
  sockaddr_in6 six{};
  std::memcpy(&six, &raw, sizeof six);
  asio::ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
  const asio::ip::address_v6 address(bytes, six.sin6_scope_id);
  return address.is_v4_mapped() ? asio::ip::make_address_v4(asio::ip::v4_mapped, address).to_string()
                                : address.to_string();
}

std::string peer_name(const Socket& socket) {
  ErrorCode error;
  const Endpoint endpoint = socket.remote_endpoint(error);
  return error ? std::string() : address_text(endpoint);
}

// Whoever has one address of IPv6 has the 2^64 beside it.
std::string client_of(const std::string& peer) {
  ErrorCode error;
  const auto address = asio::ip::make_address_v6(peer, error);
  if (error) return peer;
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string();
}

// -1 for what is no socket.
int option_of(int descriptor, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// Who is at the other end of a Unix socket, as the kernel knows it.
std::optional<uid_t> user_of(Socket& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
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

// How many connections this process can have beside what else it opens, at most `wanted`. Raises the limit of open
// files as far as that needs it, and no further.
size_t connections_that_fit(size_t wanted) {
  constexpr rlim_t kKeptFree = 256;  // For databases, trails, libraries and requests of our own.
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = std::min<rlim_t>(wanted + kKeptFree, limit.rlim_max);
  if (limit.rlim_cur < needed) {
    const rlimit raised{.rlim_cur = needed, .rlim_max = limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  const rlim_t kept = std::min(kKeptFree, limit.rlim_cur / 2);
  return std::min<rlim_t>(wanted, std::max<rlim_t>(limit.rlim_cur - kept, 1));
}

}  // namespace

bool is_listening_at(const std::string& unix_path) {
  asio::io_context context;
  asio::local::stream_protocol::socket socket(context);
  ErrorCode error;
  socket.connect(asio::local::stream_protocol::endpoint(unix_path), error);
  return !error;
}

HttpServer::Impl::Impl(AsioLoop& owner, http::Handler& answers, base::Log& events,
                       HttpServerOptions given)
    : loop(owner),
      handler(answers),
      log(events),
      options(std::move(given)),
      acceptor(owner.impl().context.get_executor()),
      identity(options.identity) {}

base::Result<void> HttpServer::Impl::listen() {
  if (options.descriptor >= 0) return take_over();
  return options.unix_path.empty() ? listen_at_port() : listen_at_path();
}

base::Result<void> HttpServer::Impl::listen_at_path() {
  const std::string& path = options.unix_path;
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("The path {} is too long for a socket: at most {} bytes. Take a shorter directory.",
                                  path, sizeof(sockaddr_un::sun_path) - 1));
  }
  struct stat found{};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode) || is_listening_at(path)) {
      return base::fail(base::Code::kUnavailable,
                        fmt::format("{} is in use. Stop the other program or take another path.", path));
    }
    ::unlink(path.c_str());
  }
  const asio::local::stream_protocol::endpoint endpoint(path);
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.bind(endpoint, error);
  // Before anybody can connect, so that at no moment others may.
  if (!error && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    error = ErrorCode(errno, boost::system::system_category());
  }
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) {
    return std::unexpected(base::Error{base::Code::kUnavailable,
                                       fmt::format("Cannot listen at {}. The directory must exist and be writable.",
                                                   path),
                                       error.message(), std::nullopt});
  }
  return {};
}

base::Result<void> HttpServer::Impl::listen_at_port() {
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
  if (error) return std::unexpected(listen_error(error, options));
  return note_port();
}

base::Result<void> HttpServer::Impl::note_port() {
  ErrorCode error;
  // The port stands at the same place in addresses of both families.
  const Endpoint bound = acceptor.local_endpoint(error);
  if (error) return std::unexpected(listen_error(error, options));
  sockaddr_in head{};
  std::memcpy(&head, bound.data(), sizeof head);
  port = ntohs(head.sin_port);
  return {};
}

// The settings stay what is true of the listener: whether it may be plain, and who may call, follows from its address.
base::Result<void> HttpServer::Impl::take_over() {
  const auto refuse_it = [this](std::string_view what) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("The socket that was passed {}. Let the socket unit and server.host and server.port "
                                  "say the same: ListenStream={}:{}",
                                  what, options.host.contains(':') ? "[" + options.host + "]" : options.host,
                                  options.port));
  };
  const int family = option_of(options.descriptor, SO_DOMAIN);
  if ((family != AF_INET && family != AF_INET6) || option_of(options.descriptor, SO_TYPE) != SOCK_STREAM ||
      option_of(options.descriptor, SO_ACCEPTCONN) != 1) {
    return refuse_it("is no TCP socket that listens");
  }
  ErrorCode error;
  acceptor.assign(family == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), options.descriptor, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) return std::unexpected(listen_error(error, options));
  TRY_VOID(note_port());
  const auto wanted = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  const std::string bound = address_text(acceptor.local_endpoint(error));
  if (error || bound != wanted.to_string() || (options.port != 0 && options.port != port)) {
    return refuse_it(fmt::format("listens at {} port {}", bound, port));
  }
  return {};
}

void HttpServer::Impl::accept() {
  acceptor.async_accept([self = shared_from_this()](const ErrorCode& error, Socket socket) {
    if (!self->acceptor.is_open()) return;
    if (!error) self->accepted(std::move(socket));
    const ErrorCode last = error ? error : self->accept_waiting();
    if (last == asio::error::no_descriptors || last == asio::error::no_buffer_space || last == asio::error::no_memory ||
        last == ErrorCode(ENFILE, boost::system::system_category())) {
      if (const auto count = self->accepts_failed.add(self->loop.now())) {
        self->log.event(base::Level::kWarning, "http.accept_failed", {{"reason", last.message()}, {"count", *count}});
      }
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
  std::string peer;
  if (options.unix_path.empty()) {
    if (!error) socket.set_option(asio::ip::tcp::no_delay(true), error);
    peer = peer_name(socket);
  } else {
    const auto user = user_of(socket);
    if (!user || (*user != 0 && *user != ::geteuid())) {
      log.event(base::Level::kWarning, "http.foreign_user");
      return;
    }
    peer = fmt::format("user {}", *user);
  }
  if (error) return;  // The peer is gone already.
  const bool counts = options.limits.connections_per_client > 0 &&
                      (options.observer == nullptr || !options.observer->speaks_for_many(peer));
  std::string client = counts ? client_of(peer) : std::string();
  if (!count_client(client)) {
    return refuse(socket, peer, error_response(429, "You have too many connections. Use those that you have."));
  }
  if (connections.size() >= options.limits.connections && !make_room()) {
    uncount_client(client);
    return refuse(socket, peer, error_response(503, "The server has too many connections. Try again later."));
  }
  const uint64_t id = next_id++;
  const auto connection =
      std::make_shared<Connection>(*this, id, std::move(socket), std::move(peer), std::move(client));
  connections.emplace(id, connection);
  connection->start();
}

bool HttpServer::Impl::count_client(const std::string& client) {
  if (client.empty()) return true;
  size_t& count = connections_of[client];
  if (count >= options.limits.connections_per_client) return false;
  ++count;
  return true;
}

void HttpServer::Impl::uncount_client(const std::string& client) {
  const auto counted = connections_of.find(client);
  if (counted != connections_of.end() && --counted->second == 0) connections_of.erase(counted);
}

std::shared_ptr<Connection> HttpServer::Impl::replaceable() const {
  // A few of the oldest may have a request in hand; whoever holds many places has none in most of them.
  constexpr int kLooks = 64;
  int looks = 0;
  Connection* oldest = nullptr;
  for (Connection* each : strangers) {
    if (each->waits_for_peer()) oldest = each;
    if (oldest != nullptr || ++looks == kLooks) break;
  }
  const auto is_over = [&] { return loop.now() - oldest->accepted_at() >= options.limits.newcomer_grace; };
  if (oldest != nullptr && is_over()) return oldest->shared_from_this();
  std::shared_ptr<Connection> first;
  for (const auto& [id, each] : connections) {
    if (each->is_stranger() || !each->waits_for_peer()) continue;
    if (loop.now() - each->waits_since() < options.limits.silence_grace) continue;
    if (!first || each->deadline() < first->deadline()) first = each;
  }
  if (!first && oldest != nullptr) return oldest->shared_from_this();
  return first;
}

// Who sends its request slowly, or none, does not keep out who has one: the server ends it somewhat before its time.
bool HttpServer::Impl::make_room() {
  const auto leaving = replaceable();
  if (!leaving) return false;
  note_turned_away(leaving->peer());
  leaving->close();
  return true;
}

void HttpServer::Impl::note_turned_away(const std::string& peer) {
  if (const auto count = turned_away.add(loop.now())) {
    log.event(base::Level::kWarning, "http.too_many_connections", {{"peer", peer}, {"count", *count}});
  }
  if (options.observer != nullptr) options.observer->turned_away(peer);
}

void HttpServer::Impl::refuse(Socket& socket, const std::string& peer, http::Response response) {
  note_turned_away(peer);
  if (identity) return;  // An answer would cost a handshake.
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
}

void HttpServer::Impl::remove(const Connection& connection) {
  uncount_client(connection.counted_as());
  connections.erase(connection.id());
  if (connections.empty() && empty) std::exchange(empty, std::nullopt).value()(true);
}

void HttpServer::Impl::stop_listening() {
  if (!acceptor.is_open()) return;
  ErrorCode ignored;
  acceptor.close(ignored);
  if (!options.unix_path.empty()) ::unlink(options.unix_path.c_str());
}

void HttpServer::Impl::close_all() {
  stop_listening();
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
  const size_t wanted = options.limits.connections;
  options.limits.connections = connections_that_fit(wanted);
  if (options.limits.connections < wanted) {
    log.event(base::Level::kWarning, "http.fewer_connections",
              {{"connections", options.limits.connections}, {"wanted", wanted}});
  }
  auto impl = std::make_shared<Impl>(loop, handler, log, std::move(options));
  TRY_VOID(impl->listen());
  impl->accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

uint16_t HttpServer::port() const { return impl_->port; }
size_t HttpServer::connections() const { return impl_->connections.size(); }

void HttpServer::show(std::shared_ptr<const TlsIdentity> identity) {
  ENSURE(impl_->identity != nullptr && identity != nullptr);
  impl_->identity = std::move(identity);
}

base::Task<void> HttpServer::stop(base::Duration drain) {
  const auto impl = impl_;
  impl->draining = true;
  impl->stop_listening();
  const auto open = impl->connections;
  for (const auto& [id, connection] : open) connection->drain();
  if (impl->connections.empty()) co_return;

  const base::Completion<bool> done(impl->loop);
  impl->empty = done.setter();
  const base::Timer timer(impl->loop, impl->loop.now() + drain, [impl] { impl->close_all(); });
  co_await done;
}

}  // namespace net
