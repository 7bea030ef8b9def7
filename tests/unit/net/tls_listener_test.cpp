// The listener behind TLS: what it speaks, what it refuses, and that HTTP on it is the HTTP that it is without.
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.h"
#include "tests/unit/net/certificates.h"
#include "tests/unit/net/on_loop.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/running_server.h"
#include "tests/unit/net/tls_client.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using tests::Certificate;
using tests::RawClient;
using tests::RunningServer;
using tests::TlsClient;

std::shared_ptr<const net::TlsIdentity> identity_of(const Certificate& certificate) {
  auto made = net::TlsIdentity::make(certificate.pem(), base::Secret(certificate.key_pem()));
  REQUIRE(made);
  return *made;
}

class Heard final : public net::ConnectionObserver {
 public:
  void handshake_ended(const net::TlsHandshake& handshake) override {
    handshakes.push_back(handshake);
    signal.raise();
  }
  void turned_away(std::string_view peer) override { turned.emplace_back(peer); }
  bool speaks_for_many(std::string_view) const override { return many; }

  std::vector<net::TlsHandshake> handshakes;
  std::vector<std::string> turned;
  bool many = false;
  tests::Signal signal;
};

net::HttpServerOptions options_for(const Certificate& certificate, Heard* heard = nullptr,
                                   net::ServerLimits limits = {}) {
  return {.identity = identity_of(certificate), .observer = heard, .limits = limits};
}

std::string get(std::string_view target, std::string_view lines = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n";
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

class Caller {
 public:
  Caller(uint16_t port, Certificate& trusted)
      : server_("https://127.0.0.1:" + std::to_string(port)),
        client_(loop_, {.allowed_servers = {server_}, .ca_file = trusted.file()}) {}

  base::Result<http::Response> post(std::string target, std::string body) {
    http::Request request;
    request.method = http::Method::kPost;
    request.server_url = server_;
    request.target = std::move(target);
    request.body = std::move(body);
    return tests::run(loop_, client_.send(std::move(request)));
  }

 private:
  std::string server_;
  net::AsioLoop loop_;
  net::CurlClient client_;
};

}  // namespace

TEST_CASE("HTTP over TLS is HTTP: bodies of any size both ways, streams, one connection for many requests") {
  Certificate certificate;
  RunningServer server(options_for(certificate));
  Caller caller(server.port, certificate);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{2048}, size_t{16385}, size_t{3} * 1024 * 1024}) {
    const std::string body(size, 'u');
    const auto answer = caller.post("/echo", body);
    REQUIRE(answer);
    CHECK(has(answer->body, "POST /echo peer=127.0.0.1"));
    CHECK(answer->body.ends_with(" body=" + body));
  }
  const auto big = caller.post("/big", "");
  REQUIRE(big);
  CHECK(big->body == std::string(size_t{8} * 1024 * 1024, 'b'));
  const auto pieces = caller.post("/pieces", "");
  REQUIRE(pieces);
  CHECK(pieces->body == "datadatadata");
  const auto later = caller.post("/later", "");
  REQUIRE(later);
  CHECK(later->body == "later /later");
  CHECK(server.connections() == 1);
}

TEST_CASE("a request in records of one byte and thirty requests in one record are both read") {
  const Certificate certificate;
  RunningServer server(options_for(certificate));
  TlsClient slow(server.port);
  REQUIRE(slow.connected());
  for (const char byte : get("/slow", "Connection: close\r\n")) REQUIRE(slow.send(std::string(1, byte)));
  CHECK(has(slow.until_closed(), "GET /slow "));
  CHECK(slow.said_goodbye);
  TlsClient many(server.port);
  std::string requests;
  for (int i = 0; i < 30; ++i) requests += get((i % 3 == 0 ? "/later?" : "/quick?") + std::to_string(i));
  REQUIRE(many.send(requests + get("/last", "Connection: close\r\n")));
  const std::string answers = many.until_closed();
  size_t at = 0;
  for (int i = 0; i < 30; ++i) {
    at = answers.find((i % 3 == 0 ? "/later?" : "/quick?") + std::to_string(i), at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(answers.find("GET /last ", at) != std::string::npos);
}

TEST_CASE("NS-15: only TLS 1.2 and 1.3 with forward secrecy and authenticated encryption are spoken") {
  const Certificate certificate;
  const Certificate rsa({.rsa_bits = 2048});
  struct Case {
    const char* name;
    tests::TlsClientOptions options;
    bool spoken;
  };
  const Case cases[] = {
      {"TLS 1.0", {.highest_version = TLS1_VERSION}, false},
      {"TLS 1.1", {.highest_version = TLS1_1_VERSION}, false},
      {"TLS 1.2", {.highest_version = TLS1_2_VERSION}, true},
      {"TLS 1.3", {.lowest_version = TLS1_3_VERSION}, true},
      {"CBC", {.highest_version = TLS1_2_VERSION, .ciphers = "ECDHE+SHA256:ECDHE+SHA1:!AESGCM:!CHACHA20"}, false},
      {"no forward secrecy", {.highest_version = TLS1_2_VERSION, .ciphers = "kRSA"}, false},
      {"static Diffie-Hellman groups", {.highest_version = TLS1_2_VERSION, .ciphers = "DHE"}, false},
      {"no encryption", {.highest_version = TLS1_2_VERSION, .ciphers = "NULL:@SECLEVEL=0"}, false},
      {"no authentication", {.highest_version = TLS1_2_VERSION, .ciphers = "aNULL:@SECLEVEL=0"}, false},
      {"HTTP/1.1 by ALPN", {.protocols = "\x02h2\x08http/1.1"}, true},
      {"only HTTP/2 by ALPN", {.protocols = "\x02h2"}, false},
  };
  for (const Certificate* each : {&certificate, &rsa}) {
    RunningServer server(options_for(*each));
    for (const Case& one : cases) {
      CAPTURE(one.name);
      TlsClient client(server.port, one.options);
      CHECK(client.connected() == one.spoken);
      if (one.spoken) {
        REQUIRE(client.send(get("/", "Connection: close\r\n")));
        CHECK(has(client.until_closed(), "HTTP/1.1 200 OK"));
      }
    }
    CHECK(server.handler.requests == 3);
  }
}

TEST_CASE("nothing is resumed, renegotiated or compressed") {
  const Certificate certificate;
  RunningServer server(options_for(certificate));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port, {.highest_version = version});
    REQUIRE(client.connected());
    REQUIRE(client.send(get("/one")));
    CHECK(has(client.until("body="), "GET /one "));
    CHECK(SSL_SESSION_has_ticket(SSL_get_session(client.ssl())) == 0);
    CHECK(SSL_SESSION_is_resumable(SSL_get_session(client.ssl())) == 0);
    CHECK(SSL_get_current_compression(client.ssl()) == nullptr);
    if (version != TLS1_2_VERSION) continue;
    SSL_renegotiate(client.ssl());
    CHECK(SSL_do_handshake(client.ssl()) != 1);
  }
}

TEST_CASE("a request without TLS is told so, and noise ends the connection") {
  const Certificate certificate;
  Heard heard;
  RunningServer server(options_for(certificate, &heard));
  RawClient plain(server.port);
  REQUIRE(plain.send(get("/")));
  const auto answer = plain.until_closed();
  REQUIRE(answer);
  CHECK(answer->starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(has(*answer, "This port speaks TLS. Use https in the address."));
  REQUIRE(heard.signal.wait());
  RawClient noise(server.port);
  REQUIRE(noise.send(std::string("\x16\x03\x01\x00\x05garbage", 12)));
  CHECK(noise.until_closed());
  REQUIRE(heard.signal.wait());
  TlsClient good(server.port);
  REQUIRE(good.connected());
  REQUIRE(heard.signal.wait());
  server.on_loop([&] {
    REQUIRE(heard.handshakes.size() == 3);
    CHECK_FALSE(heard.handshakes[0].problem.empty());
    CHECK_FALSE(heard.handshakes[1].problem.empty());
    CHECK(heard.handshakes[2].problem.empty());
    CHECK(heard.handshakes[2].peer == "127.0.0.1");
    CHECK(heard.handshakes[2].server_name == "mcp.test");
    CHECK(heard.handshakes[2].version == "TLSv1.3");
    CHECK(heard.handshakes[2].cipher.starts_with("TLS_"));
  });
  CHECK(server.handler.requests == 0);
}

TEST_CASE("a record that was changed on its way ends the connection, and its request does not run") {
  const Certificate certificate;
  RunningServer server(options_for(certificate));
  TlsClient client(server.port);
  REQUIRE(client.send(get("/one")));
  CHECK(has(client.until("body="), "GET /one "));
  // A record of application data whose seal cannot be right.
  const std::string forged = std::string("\x17\x03\x03\x00\x30", 5) + std::string(48, 'x');
  REQUIRE(::send(SSL_get_fd(client.ssl()), forged.data(), forged.size(), MSG_NOSIGNAL) == 53);
  (void)client.send(get("/two"));
  CHECK_FALSE(has(client.until_closed(), "/two"));
  CHECK(server.handler.requests == 1);
}

TEST_CASE("NS-10: a handshake that does not end, ends") {
  const Certificate certificate;
  Heard heard;
  RunningServer server(options_for(certificate, &heard, {.header_timeout = 20ms}));
  RawClient silent(server.port);
  CHECK(silent.closed_by_server());
  REQUIRE(heard.signal.wait());
  server.on_loop([&] { CHECK(heard.handshakes.at(0).problem == "not done in time"); });
}

TEST_CASE("a client that goes away drops its request, by TLS as without") {
  const Certificate certificate;
  RunningServer server(options_for(certificate));
  {
    TlsClient client(server.port);
    REQUIRE(client.send(get("/wait")));
    REQUIRE(server.handler.entered.wait());
  }
  CHECK(server.handler.dropped.wait());
}

TEST_CASE("a new certificate is seen by new connections, and those that are open go on") {
  const Certificate first({.common_name = "first"});
  const Certificate second({.common_name = "second"});
  RunningServer server(options_for(first));
  TlsClient before(server.port);
  REQUIRE(before.send(get("/one")));
  CHECK(has(before.until("body="), "GET /one "));
  server.on_loop([&] { server.server->show(identity_of(second)); });
  TlsClient after(server.port);
  REQUIRE(after.connected());
  CHECK(before.fingerprint() != after.fingerprint());
  REQUIRE(before.send(get("/again", "Connection: close\r\n")));
  const std::string last = before.until_closed();
  CAPTURE(last);
  CHECK(has(last, "GET /again "));
  CHECK(before.said_goodbye);
}

TEST_CASE("a certificate and a key that do not fit, are weak, or are none are refused with what to do") {
  const Certificate good;
  const Certificate other;
  const Certificate weak({.rsa_bits = 1024});
  const Certificate authority({.names = "", .common_name = "authority", .authority = true});
  const Certificate sha1({.digest = EVP_sha1()}, &authority);
  const Certificate server({}, &authority);
  CHECK(net::TlsIdentity::make(server.pem() + authority.pem(), base::Secret(server.key_pem())));
  const auto refusal = [](const std::string& chain, const std::string& key) {
    const auto made = net::TlsIdentity::make(chain, base::Secret(key));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == base::Code::kInvalidArgument);
    return made.error().message;
  };
  CHECK(has(refusal("", good.key_pem()), "holds no certificate"));
  CHECK(has(refusal(good.key_pem(), good.key_pem()), "holds no certificate"));
  CHECK(has(refusal(good.pem(), ""), "holds no private key"));
  CHECK(has(refusal(good.pem(), good.pem()), "holds no private key"));
  CHECK(has(refusal(good.pem(), other.key_pem()), "belongs to another certificate"));
  CHECK(has(refusal(weak.pem(), weak.key_pem()), "too weak"));
  CHECK(has(refusal(sha1.pem(), sha1.key_pem()), "too weak"));
}

TEST_CASE("NS-9: one client has so many connections, and a proxy as many as it needs") {
  Heard heard;
  net::HttpServerOptions options{.observer = &heard, .limits = {.connections_per_client = 2}};
  RunningServer server(options);
  {
    RawClient first(server.port);
    RawClient second(server.port);
    REQUIRE(second.send(get("/")));
    REQUIRE(second.response());
    RawClient third(server.port);
    const auto answer = third.until_closed();
    REQUIRE(answer);
    CHECK(answer->starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
    CHECK(has(*answer, "Retry-After: 10\r\n"));
    server.on_loop([&] {
      CHECK(heard.turned == std::vector<std::string>{"127.0.0.1"});
      heard.many = true;
    });
    RawClient proxy(server.port);
    REQUIRE(proxy.send(get("/")));
    CHECK(proxy.response());
    server.on_loop([&] { heard.many = false; });
    second.close();
    // Its place is free again once the server has seen it go.
    while (server.connections() > 2) std::this_thread::yield();
    RawClient again(server.port);
    REQUIRE(again.send(get("/")));
    CHECK(again.response());
  }
}
