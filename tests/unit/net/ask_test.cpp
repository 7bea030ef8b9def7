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

TEST_CASE("old versions of TLS are seen where they are spoken") {
  const tests::Certificate certificate;
  const tests::TlsServer server(certificate);
  const auto answer = ask_tls(
      {.host = "127.0.0.1", .address = {}, .port = server.port(), .ca_file = {}, .versions = TlsVersions::kOld});
  REQUIRE(answer);
  CHECK(answer->version == "TLSv1.1");
}

TEST_CASE("nobody there is an error, not an answer") {
  CHECK(ask_tls({.host = "127.0.0.1", .address = {}, .port = 1, .ca_file = {}}).error().code ==
        base::Code::kUnavailable);
  CHECK(ask_raw("127.0.0.1", 1, "", std::chrono::seconds(1)).error().code == base::Code::kUnavailable);
  CHECK(ask_raw("localhost", 1, "", std::chrono::seconds(1)).error().code == base::Code::kInvalidArgument);
}

}  // namespace
}  // namespace net
