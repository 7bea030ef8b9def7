// Where the HTTP client may go: names that lead elsewhere, servers that cannot prove who they are, answers that do not
// end. All of it with real sockets on loopback; a name service of the test says where names lead.
#include <boost/beast/zlib/deflate_stream.hpp>
#include <string>
#include <thread>
#include <vector>

#include "net/detail/test_network.h"
#include "net/http_client.h"
#include "tests/unit/net/listener.h"
#include "tests/unit/net/on_loop.h"
#include "tests/unit/net/tls_server.h"

#include "tests/test.h"

namespace {

using Kind = net::Denial::Kind;

bool is_address(const sockaddr& address, const char* text) {
  in_addr wanted{};
  REQUIRE(::inet_pton(AF_INET, text, &wanted) == 1);
  return address.sa_family == AF_INET && reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr == wanted.s_addr;
}

// 127.0.0.2 stands for the internet, and names lead where the test says at that time.
struct Internet {
  std::shared_ptr<const net::TestNetwork> network() {
    return std::make_shared<net::TestNetwork>(
        net::TestNetwork{.addresses = [this](const std::string&) { return answer; },
                         .is_public = [](const sockaddr& address) { return is_address(address, "127.0.0.2"); }});
  }
  std::string answer = "127.0.0.2";
};

// One client, several requests.
class Client {
 public:
  explicit Client(std::string server, net::CurlClientOptions options = {})
      : server_(std::move(server)), client_(loop_, completed(std::move(options))) {}

  base::Result<http::Response> post(std::string target = "/") {
    http::Request request;
    request.method = http::Method::kPost;
    request.server_url = server_;
    request.target = std::move(target);
    request.authorization = base::Secret("Bearer fake-token");
    return tests::run(loop_, client_.send(std::move(request)));
  }
  const std::vector<net::Denial>& denials() const { return denials_; }

 private:
  net::CurlClientOptions completed(net::CurlClientOptions options) {
    if (options.allowed_servers.empty()) options.allowed_servers = {server_};
    options.denied = [this](const net::Denial& denial) { denials_.push_back(denial); };
    return options;
  }

  std::string server_;
  std::vector<net::Denial> denials_;
  net::AsioLoop loop_;
  net::CurlClient client_;
};

std::string at(const std::string& host, uint16_t port, const char* scheme = "https") {
  return std::string(scheme) + "://" + host + ":" + std::to_string(port);
}

void check_refused(Client& client, const base::Result<http::Response>& response, Kind kind) {
  REQUIRE_FALSE(response);
  CHECK(response.error().code == (kind == Kind::kTrust ? base::Code::kUnavailable : base::Code::kForbidden));
  CHECK(response.error().detail == "not sent");
  REQUIRE(client.denials().size() == 1);
  CHECK(client.denials().front().kind == kind);
}

}  // namespace

TEST_CASE("a name that leads to loopback or to a private address is never connected") {
  tests::Listener listener;
  for (const char* answer : {"127.0.0.1", "127.0.0.1,127.0.0.1", "[::1],127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0",
                             "10.0.0.1", "169.254.169.254", "[64:ff9b::7f00:1]", "[fe80::1]"}) {
    CAPTURE(answer);
    Internet internet{.answer = answer};
    Client client(at("api.test", listener.port()), {.test_network = internet.network()});
    const auto response = client.post();
    check_refused(client, response, Kind::kAddress);
    CHECK(response.error().message.starts_with("api.test leads to an address that is not on the public internet"));
    CHECK_FALSE(listener.has_visitor());
  }
  // Without the test's name service: the one name that every machine resolves to itself.
  Client client(at("localhost", listener.port()));
  check_refused(client, client.post(), Kind::kAddress);
  CHECK_FALSE(listener.has_visitor());
}

TEST_CASE("a name service that answers public first and private then gets one connection, and no second") {
  tests::Certificate trusted({.names = "DNS:api.test"});
  tests::TlsServer server(trusted, {.address = "127.0.0.2"});
  tests::Listener inside("127.0.0.1", server.port());
  Internet internet;
  Client client(at("api.test", server.port()), {.ca_file = trusted.file(), .test_network = internet.network()});
  const auto first = client.post();
  REQUIRE(first);
  CHECK(first->body == "secure");
  internet.answer = "127.0.0.1";
  check_refused(client, client.post(), Kind::kAddress);
  CHECK_FALSE(inside.has_visitor());
  CHECK(server.connections() == 1);
}

TEST_CASE("where one address of a name is refused, another that is allowed is used") {
  tests::Certificate trusted({.names = "DNS:api.test"});
  tests::TlsServer server(trusted, {.address = "127.0.0.2"});
  tests::Listener inside("127.0.0.1", server.port());
  Internet internet{.answer = "127.0.0.1,127.0.0.2"};
  Client client(at("api.test", server.port()), {.ca_file = trusted.file(), .test_network = internet.network()});
  CHECK(client.post());
  CHECK(client.denials().empty());
  CHECK_FALSE(inside.has_visitor());
}

TEST_CASE("a public address that fails is not followed by a private one") {
  uint16_t port = 0;
  {
    const tests::Listener closed("127.0.0.2");
    port = closed.port();
  }
  tests::Listener inside("127.0.0.1", port);
  Internet internet{.answer = "127.0.0.2,127.0.0.1"};
  Client client(at("api.test", port), {.test_network = internet.network()});
  check_refused(client, client.post(), Kind::kAddress);
  CHECK_FALSE(inside.has_visitor());
}

TEST_CASE("an address as the host is judged like any other, and only loopback literals lead to loopback") {
  for (const char* host :
       {"10.0.0.1", "192.168.1.1", "0.0.0.0", "169.254.169.254", "[::ffff:127.0.0.1]", "[fd00::1]"}) {
    CAPTURE(host);
    Client client(at(host, 443));
    check_refused(client, client.post(), Kind::kAddress);
  }
}

TEST_CASE("a server that is not on the list is told of, and so is plain http to a name") {
  Client other("https://other.test", {.allowed_servers = {"https://api.test"}});
  check_refused(other, other.post(), Kind::kServer);
  CHECK(other.denials().front().server == "https://other.test");
  Client plain("http://api.test");
  check_refused(plain, plain.post(), Kind::kServer);
}

TEST_CASE("NS-1: a server that cannot prove who it is gets no byte of the request") {
  tests::Certificate authority({.names = "", .common_name = "authority", .authority = true});
  const tests::Certificate stranger({.names = "", .common_name = "stranger", .authority = true});
  struct Case {
    const char* name;
    tests::CertificateOptions certificate = {};
    const tests::Certificate* issuer = nullptr;
    int highest_version = TLS1_3_VERSION;
    const char* message = "";
    const char* ciphers = nullptr;
  };
  const char* const kOtherName = "Cannot trust 127.0.0.1: its certificate is for another name.";
  const char* const kNoAuthority = "Cannot trust 127.0.0.1: its certificate is not from a trusted authority.";
  const char* const kOldTls = "Cannot reach 127.0.0.1: no secure connection could be made. It must speak TLS 1.2";
  const Case cases[] = {
      {"expired",
       {.from_seconds = -7200, .until_seconds = -3600},
       &authority,
       TLS1_3_VERSION,
       "Cannot trust 127.0.0.1: its certificate has expired."},
      {"not yet valid",
       {.from_seconds = 3600, .until_seconds = 7200},
       &authority,
       TLS1_3_VERSION,
       "Cannot trust 127.0.0.1: its certificate is not valid yet."},
      {"another address", {.names = "IP:127.0.0.2"}, &authority, TLS1_3_VERSION, kOtherName},
      {"another name", {.names = "DNS:other.test"}, &authority, TLS1_3_VERSION, kOtherName},
      {"an address as a name", {.names = "DNS:127.0.0.1"}, &authority, TLS1_3_VERSION, kOtherName},
      {"a wildcard for addresses", {.names = "DNS:127.0.0.*"}, &authority, TLS1_3_VERSION, kOtherName},
      {"a wildcard for everything", {.names = "DNS:*"}, &authority, TLS1_3_VERSION, kOtherName},
      {"self-signed", {}, nullptr, TLS1_3_VERSION, kNoAuthority},
      {"unknown authority", {}, &stranger, TLS1_3_VERSION, kNoAuthority},
      {"signed with SHA-1",
       {.digest = EVP_sha1()},
       &authority,
       TLS1_3_VERSION,
       "Cannot trust 127.0.0.1: its certificate is not valid."},
      {"TLS 1.1", {}, &authority, TLS1_1_VERSION, kOldTls},
      {"TLS 1.0", {}, &authority, TLS1_VERSION, kOldTls},
      {"no encryption", {}, &authority, TLS1_2_VERSION, kOldTls, "eNULL:@SECLEVEL=0"},
      {"no forward secrecy and no authentication", {}, &authority, TLS1_2_VERSION, kOldTls, "aNULL:@SECLEVEL=0"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    const tests::Certificate certificate(each.certificate, each.issuer);
    tests::TlsServer server(certificate, {.highest_version = each.highest_version, .ciphers = each.ciphers});
    Client client(at("127.0.0.1", server.port()), {.ca_file = authority.file()});
    const auto response = client.post();
    check_refused(client, response, Kind::kTrust);
    CHECK(response.error().message.starts_with(each.message));
    CHECK(server.requests() == 0);
  }
  const tests::Certificate good({}, &authority);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tests::TlsServer server(good, {.highest_version = version});
    Client client(at("127.0.0.1", server.port()), {.ca_file = authority.file()});
    const auto response = client.post();
    REQUIRE(response);
    CHECK(response->body == "secure");
    CHECK(client.denials().empty());
  }
}

TEST_CASE("a wildcard of a whole domain is not believed, and one below a domain is") {
  for (const auto& [names, trusted] : {std::pair{"DNS:*.test", false}, std::pair{"DNS:*.spotify.test", true}}) {
    tests::Certificate certificate({.names = names});
    tests::TlsServer server(certificate, {.address = "127.0.0.2"});
    Internet internet;
    const std::string host = trusted ? "api.spotify.test" : "api.test";
    Client client(at(host, server.port()), {.ca_file = certificate.file(), .test_network = internet.network()});
    CHECK(client.post().has_value() == trusted);
    CHECK(server.requests() == (trusted ? 1 : 0));
  }
}

namespace {

// `size` zeros as gzip, without its trailer: the client must stop long before the end.
std::string bomb(size_t size) {
  const std::string zeros(size, '\0');
  std::string packed(size / 500 + 1000, '\0');
  boost::beast::zlib::deflate_stream stream;
  boost::beast::zlib::z_params run{};
  run.next_in = zeros.data();
  run.avail_in = zeros.size();
  run.next_out = packed.data();
  run.avail_out = packed.size();
  boost::beast::error_code error;
  stream.write(run, boost::beast::zlib::Flush::finish, error);
  REQUIRE(run.avail_in == 0);
  packed.resize(run.total_out);
  return std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10) + packed;
}

// Answers one request with `head` and then `body`, and keeps the connection until the client leaves.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : thread_([this, text = std::move(answer)] {
          const int fd = listener_.accept();
          tests::read_head(fd);
          tests::write_all(fd, text);
          char byte = 0;
          while (::recv(fd, &byte, 1, 0) > 0) continue;
          ::close(fd);
        }) {}
  ~OneAnswer() {
    listener_.close();
    thread_.join();
  }
  std::string url() const { return at("127.0.0.1", listener_.port(), "http"); }

 private:
  tests::Listener listener_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("NS-3: a redirect is an answer, and nobody is asked at its address") {
  tests::Listener elsewhere;
  for (const char* status :
       {"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"}) {
    CAPTURE(status);
    OneAnswer server(std::string("HTTP/1.1 ") + status + "\r\nLocation: " + at("127.0.0.1", elsewhere.port(), "http") +
                     "/\r\nContent-Length: 0\r\n\r\n");
    Client client(server.url());
    const auto response = client.post();
    REQUIRE(response);
    CHECK(response->status / 100 == 3);
    CHECK_FALSE(elsewhere.has_visitor());
  }
}

TEST_CASE("NS-4: connecting includes the handshake, and has its own limit") {
  tests::Listener silent;
  net::CurlClientOptions options;
  options.limits.connect_timeout = std::chrono::milliseconds(200);
  Client client(at("127.0.0.1", silent.port()), std::move(options));
  const auto response = client.post();
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kUnavailable);
  CHECK(response.error().detail == "not sent");
  CHECK(response.error().message.find("no connection in time") != std::string::npos);
}

TEST_CASE("NS-4: an answer is counted after it was unpacked") {
  const std::string body = bomb(size_t{32} * 1024 * 1024);
  CHECK(body.size() < 100'000);
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\n\r\n" + body);
  Client client(server.url());
  const auto response = client.post();
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kUpstream);
  CHECK(response.error().message == "127.0.0.1 answered with too much data. Ask for less at once.");
}

TEST_CASE("NS-4: headers are bounded") {
  OneAnswer server("HTTP/1.1 200 OK\r\nX-A: " + std::string(size_t{65} * 1024, 'a') + "\r\n\r\n");
  Client client(server.url());
  const auto response = client.post();
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kUpstream);
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2000; ++i) many += "X-Field: 0123456789012345678901234567890123456789\r\n";
  OneAnswer endless(many);
  Client other(endless.url());
  const auto refused = other.post();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUpstream);
}

TEST_CASE("NS-4: a server that has stopped is left, without waiting for the deadline") {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
  net::CurlClientOptions options;
  options.limits.stall_timeout = std::chrono::seconds(1);
  Client client(server.url(), std::move(options));
  const auto response = client.post();
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kDeadline);
  constexpr net::ClientLimits kLimits;
  CHECK(kLimits.response_bytes == size_t{8} * 1024 * 1024);
  CHECK(kLimits.response_header_bytes == size_t{64} * 1024);
  CHECK(kLimits.connect_timeout == std::chrono::seconds(5));
  CHECK(kLimits.stall_timeout == std::chrono::seconds(10));
}
