// Probes: raw bytes and TLS hand-shakes, against listeners of this test.
#include "net/ask_raw.h"
#include "net/ask_tls.h"
#include "tests/unit/net/tls_server.h"

#include "tests/test.h"

namespace net {
namespace {

TEST_CASE("TLS is judged by chain, name, time and version") {
  tests::Certificate authority({.names = "", .common_name = "authority", .authority = true});
  const tests::Certificate good({}, &authority);
  const tests::TlsServer server(good);
  const TlsQuestion question{.host = "127.0.0.1", .address = {}, .port = server.port(), .ca_file = authority.file()};
  const auto answer = ask_tls(question);
  REQUIRE(answer);
  CHECK(answer->chain_holds);
  CHECK(answer->name_matches);
  CHECK(answer->version == "TLSv1.3");
  CHECK(answer->not_after - answer->not_before == std::chrono::hours(2));

  TlsQuestion other = question;
  other.ca_file.clear();
  CHECK(!ask_tls(other)->chain_holds);
  other = question;
  other.host = "elsewhere.example.com";
  other.address = "127.0.0.1";
  CHECK(!ask_tls(other)->name_matches);
}

TEST_CASE("each version of TLS and each kind of cipher is seen where it is spoken") {
  const tests::Certificate certificate;
  const tests::TlsServer server(certificate, {.ciphers = "ALL:@SECLEVEL=0"});
  const auto ask = [&](TlsVersions versions, const char* ciphers) {
    return ask_tls({.host = "127.0.0.1",
                    .address = {},
                    .port = server.port(),
                    .ca_file = {},
                    .versions = versions,
                    .ciphers = ciphers});
  };
  const std::pair<TlsVersions, const char*> versions[] = {{TlsVersions::k10, "TLSv1"},
                                                          {TlsVersions::k11, "TLSv1.1"},
                                                          {TlsVersions::k12, "TLSv1.2"},
                                                          {TlsVersions::k13, "TLSv1.3"}};
  for (const auto& [version, name] : versions) {
    const auto answer = ask(version, "");
    REQUIRE(answer);
    CHECK(answer->version == name);
  }
  const auto block = ask(TlsVersions::k12, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
  REQUIRE(block);
  CHECK(block->cipher == "ECDHE-ECDSA-AES128-SHA");
  CHECK(ask(TlsVersions::k12, "no such cipher").error().code == base::Code::kInvalidArgument);
}

TEST_CASE("nobody there is an error, not an answer") {
  CHECK(ask_tls({.host = "127.0.0.1", .address = {}, .port = 1, .ca_file = {}}).error().code ==
        base::Code::kUnavailable);
  CHECK(ask_raw("127.0.0.1", 1, "", std::chrono::seconds(1)).error().code == base::Code::kUnavailable);
  CHECK(ask_raw("localhost", 1, "", std::chrono::seconds(1)).error().code == base::Code::kInvalidArgument);
}

}  // namespace
}  // namespace net
