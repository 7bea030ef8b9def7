#include "http/url.h"

#include <optional>
#include <string>
#include <vector>

#include "tests/test.h"

using namespace std::literals;

namespace {

struct Accepted {
  std::string_view text;
  std::string_view server_url;
  std::string_view host;
  uint16_t port;
  std::string_view target;
};

const std::vector<Accepted> kAccepted{
    {"https://api.example.com", "https://api.example.com", "api.example.com", 443, "/"},
    {"https://api.example.com/", "https://api.example.com", "api.example.com", 443, "/"},
    {"HTTPS://API.Example.COM/V1/Me", "https://api.example.com", "api.example.com", 443, "/V1/Me"},
    {"http://example.com:8080/a/b?c=d", "http://example.com:8080", "example.com", 8080, "/a/b?c=d"},
    {"https://example.com?q=1", "https://example.com", "example.com", 443, "/?q=1"},
    {"https://example.com/?q=http://x/?y", "https://example.com", "example.com", 443, "/?q=http://x/?y"},
    {"https://example.com/a%20b%2Fc", "https://example.com", "example.com", 443, "/a%20b%2Fc"},
    {"https://example.com/a@b:c", "https://example.com", "example.com", 443, "/a@b:c"},
    {"http://127.0.0.1:1/callback", "http://127.0.0.1:1", "127.0.0.1", 1, "/callback"},
    {"http://localhost:65535", "http://localhost:65535", "localhost", 65535, "/"},
    {"http://[::1]:8080/x", "http://[::1]:8080", "::1", 8080, "/x"},
    {"http://[2001:DB8::1]", "http://[2001:db8::1]", "2001:db8::1", 80, "/"},
    {"http://[1:2:3:4:5:6:7:8]/", "http://[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", 80, "/"},
    {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]", "::ffff:127.0.0.1", 80, "/"},
    {"http://[::]/", "http://[::]", "::", 80, "/"},
    {"http://my_service:80/", "http://my_service:80", "my_service", 80, "/"},
    {"http://xn--bcher-kva.example/", "http://xn--bcher-kva.example", "xn--bcher-kva.example", 80, "/"},
    {"http://1a.example/", "http://1a.example", "1a.example", 80, "/"},
    {"http://1.2.3.4.example/", "http://1.2.3.4.example", "1.2.3.4.example", 80, "/"},
    {"http://example.com/../..//x/.", "http://example.com", "example.com", 80, "/../..//x/."},
};

const std::vector<std::string> kRefusedForms{
    "",
    "example.com",
    "//example.com/",
    "/path",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript://example.com/%0aalert(1)",
    "http:/example.com",
    "http:example.com",
    "http//example.com",
    " http://example.com",
    "http ://example.com",
    "http://",
    "http:///path",
    "http://?q",
    "http://:80/",
    "http://user@example.com/",
    "http://user:pass@example.com/",
    "http://@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@evil.example/",
    "http://example.com\\evil",
    "http://example.com#fragment",
    "http://example.com/#",
    "http://example.com/a b",
    "http://example.com/a\tb",
    "http://example.com/a\r\nHost: evil",
    "http://example.com/\n",
    "http://example.com/\x7F",
    std::string("http://example.com/\0", 20),
    "http://example.com/é",
    "http://éxample.com/",
    "http://example.com/\"",
    "http://example.com/<script>",
    "http://example.com/{id}",
    "http://example.com/a|b",
    "http://example.com/^",
    "http://example.com/`",
    "http://example.com/%",
    "http://example.com/%2",
    "http://example.com/%2g",
    "http://example.com/?q=%zz",
    "http://example.com/" + std::string(8192, 'a'),
};

const std::vector<std::string> kRefusedHosts{
    "http://exa%6dple.com/",
    "http://example.com%00.evil/",
    "http://example.com:/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:99999999999/",
    "http://example.com:080/",
    "http://example.com:+80/",
    "http://example.com:-1/",
    "http://example.com:80a/",
    "http://example.com:8 0/",
    "http://example.com:80:80/",
    "http://.example.com/",
    "http://example..com/",
    "http://example.com./",
    "http://-example.com/",
    "http://example-.com/",
    "http://exam!ple.com/",
    "http://exam,ple.com/",
    "http://" + std::string(64, 'a') + ".com/",
    "http://" + std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
        std::string(60, 'd') + "." + std::string(10, 'e') + "/",
    "http://127.1/",
    "http://127.0.0.256/",
    "http://127.0.0.01/",
    "http://0177.0.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://127.0.0.0x1/",
    "http://1.2.3.4.5/",
    "http://1.2.3/",
    "http://[::1/",
    "http://::1/",
    "http://[]/",
    "http://[1:2:3:4:5:6:7]/",
    "http://[1:2:3:4:5:6:7:8:9]/",
    "http://[1::2::3]/",
    "http://[1:2:3:4:5:6:7:8::]/",
    "http://[:1]/",
    "http://[1:]/",
    "http://[12345::]/",
    "http://[::g]/",
    "http://[fe80::1%25eth0]/",
    "http://[::1%lo]/",
    "http://[v1.x]/",
    "http://[127.0.0.1]/",
    "http://[1.2.3.4::]/",
    "http://[::1]80/",
    "http://[::1]:/",
};

void check_refused(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    const auto url = http::parse_url(text);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().code == base::Code::kInvalidArgument);
    CHECK(url.error().message.starts_with("This is not a URL that can be used: "));
  }
}

}  // namespace

TEST_CASE("Absolute URLs are taken apart, scheme and host in lower case") {
  for (const auto& [text, server_url, host, port, target] : kAccepted) {
    CAPTURE(text);
    const auto url = http::parse_url(text);
    REQUIRE(url.has_value());
    CHECK(url->server_url() == server_url);
    CHECK(url->host == host);
    CHECK(url->port_or_default() == port);
    CHECK(url->target == target);
  }
}

TEST_CASE("What is no absolute http or https URL is refused") { check_refused(kRefusedForms); }

TEST_CASE("What another reader could take for another host is refused") { check_refused(kRefusedHosts); }

TEST_CASE("A refusal never repeats the URL") {
  CHECK_FALSE(http::parse_url("http://user:fake-password@example.com/").error().message.contains("fake"));
  CHECK_FALSE(http::parse_url("http://example.com/?token=fake#x").error().message.contains("fake"));
}

TEST_CASE("Percent-encoding leaves unreserved characters only, and decodes back") {
  CHECK(http::percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(http::percent_encode("a b&c=d/é+%") == "a%20b%26c%3Dd%2F%C3%A9%2B%25");
  CHECK(http::percent_encode("\0\xFF"sv) == "%00%FF");
  CHECK(http::percent_decode("a%20b%c3%A9") == "a bé");
  CHECK(http::percent_decode("a+b") == "a+b");
  CHECK(http::percent_decode("a+b%2B", true) == "a b+");
  for (const auto bad : {"%"sv, "%2"sv, "a%"sv, "%zz"sv, "%2z"sv, "%%20"sv, "100%"sv, "%\0"sv}) {
    CAPTURE(bad);
    CHECK_FALSE(http::percent_decode(bad).has_value());
  }
}

TEST_CASE("Queries are read in order and written so that they read back") {
  using Parameters = http::Parameters;
  CHECK(http::parse_query("").value().empty());
  CHECK(http::parse_query("a=1&b=x%20y&c=p+q&d&e=&=f&a=2&g=h=i").value() ==
        Parameters{{"a", "1"}, {"b", "x y"}, {"c", "p q"}, {"d", ""}, {"e", ""}, {"", "f"}, {"a", "2"}, {"g", "h=i"}});
  CHECK(http::parse_query("&&a=1&").value() == Parameters{{"a", "1"}});
  CHECK_FALSE(http::parse_query("a=%").has_value());
  CHECK_FALSE(http::parse_query("%zz=1").has_value());
  CHECK_FALSE(http::parse_query("a=%FF").has_value());
  const Parameters parameters{{"q", "a b&c=d+é"}, {"empty", ""}, {"q", "again"}};
  CHECK(http::encode_query(parameters) == "q=a%20b%26c%3Dd%2B%C3%A9&empty=&q=again");
  CHECK(http::parse_query(http::encode_query(parameters)).value() == parameters);
  CHECK(http::find_parameter(parameters, "q") == "a b&c=d+é");
  CHECK(http::find_parameter(parameters, "empty") == "");
  CHECK_FALSE(http::find_parameter(parameters, "Q").has_value());
}

TEST_CASE("A target splits at its first question mark") {
  CHECK(http::split_target("/a/b?c=d?e").path == "/a/b");
  CHECK(http::split_target("/a/b?c=d?e").query == "c=d?e");
  CHECK(http::split_target("/a").query.empty());
  CHECK(http::split_target("/a?").path == "/a");
}

TEST_CASE("Loopback is 127.0.0.0/8, ::1 in any spelling, and the name localhost") {
  for (const auto literal : {"127.0.0.1"sv, "127.255.255.254"sv, "::1"sv, "0:0:0:0:0:0:0:1"sv, "0::1"sv}) {
    CAPTURE(literal);
    CHECK(http::is_loopback_literal(literal));
    CHECK(http::is_loopback_host(literal));
  }
  CHECK(http::is_loopback_host("localhost"));
  CHECK(http::is_loopback_host("LocalHost"));
  CHECK_FALSE(http::is_loopback_literal("localhost"));
  for (const auto other : {""sv, "128.0.0.1"sv, "127.1"sv, "127.0.0.1.example"sv, "localhost.example"sv, "::2"sv,
                           "::"sv, "0.0.0.0"sv, "::ffff:127.0.0.1"sv, "[::1]"sv, "127.0.0.1 "sv, "0127.0.0.1"sv}) {
    CAPTURE(other);
    CHECK_FALSE(http::is_loopback_host(other));
  }
}
