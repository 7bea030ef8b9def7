// The signature of a report: Ed25519, with a key that `openssl genpkey -algorithm ed25519` makes, and a record of it in
// the trail, so that a report that was signed can be told from one that was changed or made up later.
#pragma once

#include <string>
#include <string_view>

#include "app/process.h"
#include "base/result.h"
#include "config/settings.h"
#include "crypto/ed25519.h"

namespace app {

// A private file with an unencrypted Ed25519 key as PEM (PKCS #8, RFC 8410). kInvalidArgument for any other, and the
// errors of os::read_private_file.
base::Result<crypto::Ed25519> read_report_key(const std::string& path);

// What stands beside a report: the signature over its bytes in base64, and a line end.
std::string signature_of(const crypto::Ed25519& key, std::string_view report);

struct SignedReport {
  std::string command;  // "compliance"
  std::string digest;   // SHA-256 of its bytes, in hexadecimal.
  std::string key;      // The same of the public key.
};
SignedReport describe_signed(const crypto::Ed25519& key, std::string_view command, std::string_view report);
// Tells the trail of this installation. kNotFound where there is none yet; otherwise the errors of its start.
base::Result<void> tell_trail(Process& process, const config::Settings& settings, const SignedReport& report);

}  // namespace app
