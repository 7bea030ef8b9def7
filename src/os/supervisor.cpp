#include "os/supervisor.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "os/process.h"

namespace os {
namespace {

constexpr int kFirstPassed = 3;
// Far more than a service asks for, so that a wrong number is not taken for a long list.
constexpr int64_t kPassedMax = 64;

// Whether what the supervisor says is meant for this process, and not for one that started it.
bool is_ours(const Environment& environment, std::string_view variable) {
  const auto text = environment.find(variable);
  const auto id = text ? base::parse_integer(*text) : std::nullopt;
  return id && *id == process_id();
}

}  // namespace

base::Result<std::vector<int>> passed_sockets(const Environment& environment) {
  std::vector<int> sockets;
  const auto text = environment.find("LISTEN_FDS");
  if (!text || !is_ours(environment, "LISTEN_PID")) return sockets;
  const auto count = base::parse_integer(*text);
  if (!count || *count < 0 || *count > kPassedMax) {
    return base::fail(
        base::Code::kInvalidArgument,
        fmt::format("LISTEN_FDS is no number from 0 to {}. Start the service by its socket unit.", kPassedMax));
  }
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    const int descriptor = kFirstPassed + i;
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
      return base::fail(base::Code::kInvalidArgument,
                        fmt::format("LISTEN_FDS names descriptor {}, which is not open. Start the service by its "
                                    "socket unit.",
                                    descriptor));
    }
    sockets.push_back(descriptor);
  }
  return sockets;
}

base::Result<void> tell_supervisor(const Environment& environment, std::string_view state) {
  const auto path = environment.find("NOTIFY_SOCKET");
  if (!path) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool is_abstract = path->starts_with('@');
  if ((!is_abstract && !path->starts_with('/')) || path->size() >= sizeof address.sun_path) {
    return base::fail(base::Code::kUnavailable, "NOTIFY_SOCKET names no socket: the supervisor is not told.");
  }
  std::memcpy(address.sun_path, path->data(), path->size());
  // A name that is no path begins with a zero byte, and ends where the address ends.
  if (is_abstract) address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path->size() + (is_abstract ? 0 : 1));
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ssize_t sent = -1;
  if (descriptor >= 0) {
    sent = ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                    size);
  }
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (sent == static_cast<ssize_t>(state.size())) return {};
  return base::fail(base::Code::kUnavailable,
                    fmt::format("The supervisor at NOTIFY_SOCKET cannot be told: {}.", std::strerror(error)));
}

std::optional<std::chrono::microseconds> watchdog_interval(const Environment& environment) {
  const auto text = environment.find("WATCHDOG_USEC");
  const auto interval = text ? base::parse_integer(*text) : std::nullopt;
  // Without WATCHDOG_PID it is for everybody.
  const bool ours = !environment.has("WATCHDOG_PID") || is_ours(environment, "WATCHDOG_PID");
  if (!interval || *interval <= 0 || !ours) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

}  // namespace os
