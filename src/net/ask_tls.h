// What a server shows when TLS begins: its certificate, whether the chain and the name hold, and the version. Nothing
// is sent after that. Blocking; for workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace net {

enum class TlsVersions { kAny, kOld };  // kOld: TLS 1.0 and 1.1 alone.

struct TlsQuestion {
  std::string host;     // The name that the certificate has to be for, and that is asked for (SNI).
  std::string address;  // Where to connect; empty: where the name leads.
  uint16_t port = 443;
  std::string ca_file;  // PEM; empty: the authorities of the system.
  TlsVersions versions = TlsVersions::kAny;
  std::chrono::milliseconds patience{5000};
};

struct TlsAnswer {
  bool chain_holds = false;
  bool name_matches = false;
  base::Wall not_before{};
  base::Wall not_after{};
  std::string version;  // "TLSv1.3"
  std::string problem;  // What the verification found, in OpenSSL's words; empty: nothing.
};

// kUnavailable when the server cannot be reached or speaks none of the versions.
base::Result<TlsAnswer> ask_tls(const TlsQuestion& question);

}  // namespace net
