#include "net/unix_peer.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <sys/socket.h>

namespace net {

namespace asio = boost::asio;

std::optional<pid_t> process_listening_at(const std::string& unix_path) {
  asio::io_context context;
  asio::local::stream_protocol::socket socket(context);
  boost::system::error_code error;
  socket.connect(asio::local::stream_protocol::endpoint(unix_path), error);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (error || ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.pid > 0 ? std::optional(peer.pid) : std::nullopt;
}

}  // namespace net
