// Probes: raw bytes and TLS hand-shakes, against listeners of this test.
#include "net/ask_raw.h"
#include "net/ask_tls.h"
#include "net/names.h"
#include "net/tls_trials.h"
#include "tests/support/temporary_directory.h"
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

TEST_CASE("each server of the trials has its flaw, and works but for that") {
  const test::TemporaryDirectory place;
  const auto trials = TlsTrials::make(place.path());
  REQUIRE(trials);
  CHECK(TlsTrials::count() > 12);
  for (size_t number = 0; number < TlsTrials::count(); ++number) {
    const std::string_view flaw = TlsTrials::flaw(number);
    CAPTURE(flaw);
    const auto server = trials->start(number);
    REQUIRE(server);
    const auto answer =
        ask_tls({.host = "127.0.0.1", .address = {}, .port = (*server)->port(), .ca_file = trials->ca_file()});
    CHECK((answer && answer->chain_holds && answer->name_matches) == flaw.empty());
    // Nobody has sent anything behind the handshake.
    CHECK((*server)->trusted_by() == 0);
  }
  // Whoever speaks old versions gets through to those that speak nothing else.
  for (size_t number = 0; number < TlsTrials::count(); ++number) {
    if (!TlsTrials::flaw(number).starts_with("TLS 1.")) continue;
    const auto server = trials->start(number);
    REQUIRE(server);
    const bool first = TlsTrials::flaw(number).starts_with("TLS 1.0");
    CHECK(ask_tls({.host = "127.0.0.1",
                   .address = {},
                   .port = (*server)->port(),
                   .ca_file = trials->ca_file(),
                   .versions = first ? TlsVersions::k10 : TlsVersions::k11,
                   .ciphers = "ALL:@SECLEVEL=0"}));
  }
  CHECK(!TlsTrials::make(place.path() + "/nowhere"));
}

TEST_CASE("addresses are written as RFC 5952 says") {
  const auto text = [](std::initializer_list<uint8_t> bytes) { return address_text({bytes.begin(), bytes.size()}); };
  CHECK(text({127, 0, 0, 1}) == "127.0.0.1");
  CHECK(text({0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}) == "2001:db8::7");
  CHECK(text({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1}) == "10.0.0.1");
  CHECK(text({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) == "::");
  CHECK(text({1, 2, 3}).empty());
  CHECK(addresses_of("127.0.0.1") == std::vector<std::string>{"127.0.0.1"});
  CHECK(addresses_of("not a name").empty());
}

TEST_CASE("nobody there is an error, not an answer") {
  CHECK(ask_tls({.host = "127.0.0.1", .address = {}, .port = 1, .ca_file = {}}).error().code ==
        base::Code::kUnavailable);
  CHECK(ask_raw("127.0.0.1", 1, "", std::chrono::seconds(1)).error().code == base::Code::kUnavailable);
  CHECK(ask_raw("localhost", 1, "", std::chrono::seconds(1)).error().code == base::Code::kInvalidArgument);
}

}  // namespace
}  // namespace net
