// Who may come, and who is behind a proxy.
#include "http/address.h"

#include <string>
#include <vector>

#include "tests/test.h"

namespace {

using http::AddressBlock;

const std::vector<std::string> kProxies{"10.0.0.0/8", "fd00::/8", "192.0.2.1"};

std::string behind(std::string_view peer, std::string_view chain) { return http::client_behind(peer, chain, kProxies); }

}  // namespace

TEST_CASE("addresses have one spelling for IPv4, and that of RFC 4291 for IPv6") {
  for (const char* good : {"0.0.0.0", "255.255.255.255", "192.0.2.7", "::", "::1", "1::", "2001:db8::1", "2001:DB8::1",
                           "1:2:3:4:5:6:7:8", "::ffff:192.0.2.7", "1:2:3:4:5:6:7::", "64:ff9b::192.0.2.33"}) {
    CAPTURE(good);
    CHECK(http::parse_address(good));
  }
  for (const char* bad : {"",
                          "1.2.3",
                          "1.2.3.4.5",
                          "256.0.0.1",
                          "01.2.3.4",
                          "0x7f.0.0.1",
                          "2130706433",
                          "1.2.3.4 ",
                          " 1.2.3.4",
                          "1..2.3",
                          ":",
                          ":::",
                          "1::2::3",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1:2:3:4:5:6:7:8::",
                          "12345::",
                          "g::",
                          "fe80::1%eth0",
                          "[::1]",
                          "::1.2.3",
                          "1.2.3.4::",
                          "localhost",
                          "::1/128",
                          "-1.0.0.0",
                          "1.2.3.-4"}) {
    CAPTURE(bad);
    CHECK_FALSE(http::parse_address(bad));
  }
  CHECK(http::parse_address("::ffff:192.0.2.7") == http::parse_address("192.0.2.7"));
}

TEST_CASE("a block holds what begins with its bits, and is refused where bits behind them are set") {
  const auto is_in = [](std::string_view address, const char* block) {
    const auto parsed = AddressBlock::parse(block);
    REQUIRE(parsed);
    return parsed->contains(*http::parse_address(address));
  };
  CHECK(is_in("192.0.2.255", "192.0.2.0/24"));
  CHECK_FALSE(is_in("192.0.3.0", "192.0.2.0/24"));
  CHECK(is_in("172.31.255.255", "172.16.0.0/12"));
  CHECK_FALSE(is_in("172.32.0.0", "172.16.0.0/12"));
  CHECK(is_in("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(is_in("192.0.2.8", "192.0.2.7"));
  CHECK(is_in("2001:db8:1::5", "2001:db8::/32"));
  CHECK_FALSE(is_in("2001:db9::5", "2001:db8::/32"));
  CHECK(is_in("203.0.113.9", "0.0.0.0/0"));
  CHECK_FALSE(is_in("2001:db8::1", "0.0.0.0/0"));
  for (const char* bad : {"192.0.2.7/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "2001:db8::1/32", "::/129", "/8",
                          "10.0.0.0/8/8", "host/8", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(AddressBlock::parse(bad));
  }
  CHECK_FALSE(http::is_in("user 1000", std::vector<std::string>{"0.0.0.0/0", "::/0"}));
}

TEST_CASE("NS-11: what a client says of its address counts only as far as trusted proxies vouch for it") {
  CHECK(behind("203.0.113.9", "198.51.100.1") == "203.0.113.9");  // Nobody's proxy: its header is a claim.
  CHECK(behind("10.0.0.1", "198.51.100.1") == "198.51.100.1");
  CHECK(behind("10.0.0.1", "127.0.0.1, 198.51.100.1") == "198.51.100.1");
  CHECK(behind("10.0.0.1", "127.0.0.1, 198.51.100.1, 10.0.0.2, 192.0.2.1") == "198.51.100.1");
  CHECK(behind("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3");
  CHECK(behind("10.0.0.1", "") == "10.0.0.1");
  CHECK(behind("10.0.0.1", "198.51.100.1, unknown") == "10.0.0.1");
  CHECK(behind("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2") == "10.0.0.2");
  CHECK(behind("10.0.0.1", "198.51.100.1, 0x0a000001") == "10.0.0.1");
  CHECK(behind("::ffff:10.0.0.1", "198.51.100.1:4711") == "198.51.100.1");
  CHECK(behind("fd00::1", "[2001:db8::1]:4711") == "2001:db8::1");
  CHECK(behind("fd00::1", "2001:db8::1") == "2001:db8::1");
  CHECK(http::client_behind("127.0.0.1", "198.51.100.1", {}) == "127.0.0.1");
}

TEST_CASE("Forwarded is read as RFC 7239 writes it") {
  const auto chain = http::chain_of_forwarded;
  CHECK(chain("for=192.0.2.60;proto=http;by=203.0.113.43") == "192.0.2.60");
  CHECK(chain("FOR=192.0.2.43, for=\"[2001:db8:cafe::17]:4711\"") == "192.0.2.43,[2001:db8:cafe::17]:4711");
  CHECK(chain("proto=https, for=192.0.2.1") == "unknown,192.0.2.1");
  CHECK(chain("for=\"1.2.3.4,10.0.0.1\"") == "1.2.3.4?10.0.0.1");
  CHECK(behind("10.0.0.1", chain("for=127.0.0.1, for=\"198.51.100.1, 10.0.0.2\"")) == "10.0.0.1");
  CHECK(behind("10.0.0.1", chain("for=_hidden")) == "10.0.0.1");
  CHECK(chain("") == "unknown");
}
