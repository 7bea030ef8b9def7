#include "app/report_signature.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "app/audit_trail.h"
#include "app/master_key.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"
#include "os/files.h"

namespace app {
namespace {

constexpr size_t kKeyFileBytesMax = 4096;
constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----";
constexpr std::string_view kEnd = "-----END PRIVATE KEY-----";
// What stands before the 32 bytes of the key: version 0, the algorithm 1.3.101.112, an octet string (RFC 8410
// section 7).
constexpr std::array<unsigned char, 16> kPrefix{0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

base::Result<crypto::Ed25519> parse(std::string_view pem) {
  const size_t begin = pem.find(kBegin);
  const size_t end = pem.find(kEnd);
  std::string body;
  body.reserve(pem.size());
  if (begin != std::string_view::npos && end != std::string_view::npos && begin < end) {
    for (const char c : pem.substr(begin + kBegin.size(), end - begin - kBegin.size())) {
      if (c != '\n' && c != '\r') body.push_back(c);
    }
  }
  const base::Secret wiped(std::move(body));
  auto decoded = crypto::base64_decode(wiped.reveal());
  const base::Secret der(decoded ? *std::move(decoded) : std::string());
  const auto bytes = std::as_bytes(std::span(der.reveal()));
  if (bytes.size() != kPrefix.size() + crypto::Key::kBytes ||
      !std::ranges::equal(bytes.first(kPrefix.size()), std::as_bytes(std::span(kPrefix)))) {
    return base::fail(base::Code::kInvalidArgument,
                      "It is no Ed25519 key without a passphrase. Make one with `openssl genpkey -algorithm ed25519`.");
  }
  TRY(const crypto::Key seed, crypto::Key::from_bytes(bytes.subspan(kPrefix.size())));
  return crypto::Ed25519(seed);
}

base::Task<base::Result<void>> record(AuditTrail* audit, audit::Entry entry) {
  audit->begin("security-check");
  CO_TRY_VOID(co_await audit->start(NoKeyFile::kRefuse));
  const auto recorded = co_await audit->trail().record(std::move(entry));
  co_await audit->close();
  co_return recorded;
}

}  // namespace

base::Result<crypto::Ed25519> read_report_key(const std::string& path) {
  TRY(std::string text, os::read_private_file(path, kKeyFileBytesMax));
  const base::Secret pem(std::move(text));
  auto key = parse(pem.reveal());
  if (!key) return base::fail(key.error().code, fmt::format("{}: {}", path, key.error().message));
  return key;
}

std::string signature_of(const crypto::Ed25519& key, std::string_view report) {
  return crypto::base64_encode(key.sign(crypto::ByteView(report))) + "\n";
}

SignedReport describe_signed(const crypto::Ed25519& key, std::string_view command, std::string_view report) {
  return {.command = std::string(command),
          .digest = crypto::to_hex(crypto::sha256(report)),
          .key = crypto::to_hex(crypto::sha256(key.public_key()))};
}

base::Result<void> tell_trail(Process& process, const config::Settings& settings, const SignedReport& report) {
  if (!has_master_key(key_places(settings, process.environment), process.environment)) {
    return base::fail(base::Code::kNotFound,
                      "There is no audit trail yet that could hold the digest of a signed report: there is no master "
                      "key. Start a server or log in first, or set audit.enabled to false.");
  }
  AuditTrail audit(process, settings, nullptr);
  audit::Entry entry{.event = audit::Event::kReportSigned,
                     .source = "local",
                     .request = {{"command", report.command}, {"report", report.digest}, {"key", report.key}},
                     .status = "ok"};
  return run_to_end(process.loop, record(&audit, std::move(entry)));
}

}  // namespace app
