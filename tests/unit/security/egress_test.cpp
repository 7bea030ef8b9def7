// Where a connection may end: every kind of address that others had forgotten, and every spelling of one in a URL.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>

#include "http/url.h"
#include "net/addresses.h"

#include "tests/test.h"

namespace {

std::string kind_of(const char* text) {
  sockaddr_storage storage{};
  auto& as4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& as6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (::inet_pton(AF_INET, text, &as4.sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    REQUIRE(::inet_pton(AF_INET6, text, &as6.sin6_addr) == 1);
    storage.ss_family = AF_INET6;
  }
  const auto& address = reinterpret_cast<const sockaddr&>(storage);
  const std::string kind(net::kind_of_address(address));
  CHECK(net::is_public_address(address) == (kind == "public"));
  CHECK(net::may_connect(net::Reach::kPublic, address) == (kind == "public"));
  CHECK(net::may_connect(net::Reach::kLoopback, address) == (kind == "loopback"));
  CHECK(net::may_connect(net::Reach::kAnywhere, address));
  return kind;
}

struct Case {
  const char* address;
  const char* kind;
};

constexpr Case kAddresses[] = {
    {"1.1.1.1", "public"},
    {"8.8.8.8", "public"},
    {"35.186.224.24", "public"},
    {"9.255.255.255", "public"},
    {"11.0.0.0", "public"},
    {"100.63.255.255", "public"},
    {"100.128.0.0", "public"},
    {"172.15.255.255", "public"},
    {"172.32.0.0", "public"},
    {"192.0.1.0", "public"},
    {"192.167.255.255", "public"},
    {"198.17.255.255", "public"},
    {"198.20.0.0", "public"},
    {"223.255.255.255", "public"},
    {"0.0.0.0", "this network"},
    {"0.1.2.3", "this network"},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"100.64.0.0", "shared by a carrier"},
    {"100.127.255.255", "shared by a carrier"},
    {"127.0.0.1", "loopback"},
    {"127.255.255.254", "loopback"},
    {"169.254.0.1", "link-local"},
    {"169.254.169.254", "link-local"},
    {"172.16.0.0", "private"},
    {"172.31.255.255", "private"},
    {"192.0.0.1", "protocol assignments"},
    {"192.0.0.170", "protocol assignments"},
    {"192.0.2.1", "documentation"},
    {"192.88.99.1", "6to4 relay"},
    {"192.168.0.1", "private"},
    {"192.168.255.255", "private"},
    {"198.18.0.1", "benchmarking"},
    {"198.19.255.255", "benchmarking"},
    {"198.51.100.7", "documentation"},
    {"203.0.113.7", "documentation"},
    {"224.0.0.1", "multicast"},
    {"239.255.255.250", "multicast"},
    {"240.0.0.1", "reserved"},
    {"255.255.255.255", "reserved"},
    {"2a00:1450:4001::1", "public"},
    {"2600:1901:1:c36::", "public"},
    {"2001:200::1", "public"},
    {"2001:db7:ffff::1", "public"},
    {"2003::1", "public"},
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::2", "this network"},
    {"::127.0.0.1", "loopback"},
    {"::10.0.0.1", "private"},
    {"::8.8.8.8", "public"},
    {"::ffff:127.0.0.1", "loopback"},
    {"::ffff:10.0.0.1", "private"},
    {"::ffff:169.254.169.254", "link-local"},
    {"::ffff:0.0.0.0", "this network"},
    {"::ffff:8.8.8.8", "public"},
    {"::ffff:0:127.0.0.1", "not handed out"},
    {"64:ff9b::8.8.8.8", "NAT64"},
    {"64:ff9b::169.254.169.254", "NAT64"},
    {"64:ff9b:1::1", "NAT64"},
    {"64:ff9b:1:ffff:ffff:ffff:7f00:1", "NAT64"},
    {"64:ff9b:2::1", "not handed out"},
    {"100::1", "discard"},
    {"2001::1", "Teredo"},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"},
    {"2001:2::1", "protocol assignments"},
    {"2001:20::1", "protocol assignments"},
    {"2001:db8::1", "documentation"},
    {"3fff:0fff::1", "documentation"},
    {"2002::1", "6to4"},
    {"2002:7f00:1::", "6to4"},
    {"2002:0808:0808::1", "6to4"},
    {"2a00:1450:4001::5efe:10.0.0.1", "ISATAP"},
    {"2a00:1450:4001::200:5efe:8.8.8.8", "ISATAP"},
    {"fe80::5efe:10.0.0.1", "link-local"},
    {"fc00::1", "unique local"},
    {"fd12:3456::1", "unique local"},
    {"fe80::1", "link-local"},
    {"febf::1", "link-local"},
    {"fec0::1", "site-local"},
    {"ff02::1", "multicast"},
    {"5f00::1", "segment routing"},
    {"4000::1", "not handed out"},
    {"e000::1", "not handed out"},
};

// Resolvers read each of these as an address. None is a URL here, so none is ever compared, allowed or resolved.
constexpr const char* kSpellings[] = {
    "http://2130706433/",    // Decimal.
    "http://134744072/",     // Decimal, and public.
    "http://017700000001/",  // Octal.
    "http://0177.0.0.1/",
    "http://00000177.0.0.1/",
    "http://0x7f000001/",  // Hexadecimal.
    "http://0X7F000001/",
    "http://0x7f.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0x7f.0.01.1/",  // Mixed.
    "http://127.1/",        // Short.
    "http://127.0.1/",
    "http://10.1/",
    "http://0/",
    "http://127.0.0.1./",  // With the dot of the root.
    "http://127.0.0.01/",
    "http://127.0.0.256/",
    "http://127.0.0.1.1/",
    "http://4294967297/",  // One bit too much.
    "http://[127.0.0.1]/",
    "http://[::127.1]/",
    "http://[::1%25lo]/",  // With a zone.
    "http://[fe80::1%eth0]/",
    "http://127.0.0.1%2f@a.test/",
    "http://127%2e0%2e0%2e1/",
    "http://a.test@127.0.0.1/",
    "http://127.0.0.1\\@a.test/",
    "http://\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1/",  // Digits in circles.
    "http://127\u30020\u30020\u30021/",  // Full stops of another script.
};

}  // namespace

TEST_CASE("fastmcp_3_4_3: only global unicast addresses are reached, whatever carries them") {
  static_assert(std::size(kAddresses) >= 60);
  for (const Case& each : kAddresses) {
    CAPTURE(each.address);
    CHECK(kind_of(each.address) == each.kind);
  }
  sockaddr unix_socket{};
  unix_socket.sa_family = AF_UNIX;
  CHECK_FALSE(net::is_public_address(unix_socket));
}

TEST_CASE("fastmcp_3_4_3: an address has one spelling, and a scheme is http or https") {
  for (const char* url : kSpellings) {
    CAPTURE(url);
    CHECK_FALSE(http::parse_url(url));
  }
  for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/",
                          "javascript:alert(1)", "data:text/html,x", "//127.0.0.1/", "unix:/run/x"}) {
    CAPTURE(url);
    CHECK_FALSE(http::parse_url(url));
  }
  // Those that are addresses, with what they are.
  for (const auto& [url, literal] :
       {std::pair{"http://127.0.0.1/", true}, std::pair{"http://127.0.0.2:8080/", true},
        std::pair{"http://[::1]/", true}, std::pair{"http://[0:0:0:0:0:0:0:1]/", true},
        std::pair{"http://[::ffff:127.0.0.1]/", false}, std::pair{"http://localhost/", false},
        std::pair{"http://0.0.0.0/", false}, std::pair{"http://[::]/", false}}) {
    CAPTURE(url);
    const auto parsed = http::parse_url(url);
    REQUIRE(parsed);
    CHECK(http::is_loopback_literal(parsed->host) == literal);
  }
}
