#include "net/names.h"

#include <algorithm>
#include <arpa/inet.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>

namespace net {
namespace {

constexpr size_t kBytes4 = 4;
constexpr size_t kBytes6 = 16;

std::string text_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    return address_text({reinterpret_cast<const uint8_t*>(&four.sin_addr), kBytes4});
  }
  if (address.sa_family != AF_INET6) return {};
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
  return address_text({six.sin6_addr.s6_addr, kBytes6});
}

}  // namespace

std::string address_text(std::span<const uint8_t> bytes) {
  constexpr uint8_t kMapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (bytes.size() == kBytes6 && std::ranges::equal(bytes.first(std::size(kMapped)), kMapped)) {
    bytes = bytes.subspan(std::size(kMapped));
  }
  if (bytes.size() != kBytes4 && bytes.size() != kBytes6) return {};
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(bytes.size() == kBytes4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::vector<std::string> addresses_of(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  std::set<std::string> all;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (std::string text = text_of(*each->ai_addr); !text.empty()) all.insert(std::move(text));
  }
  return {all.begin(), all.end()};
}

}  // namespace net
