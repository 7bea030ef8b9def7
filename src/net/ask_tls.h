// What a server shows when TLS begins: its certificate, whether the chain and the name hold, the version and the
// cipher. Nothing is sent after that. Blocking; for workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace net {

// One version alone, or whatever our own library speaks.
enum class TlsVersions { kAny, k10, k11, k12, k13 };

struct TlsQuestion {
  std::string host;     // The name that the certificate has to be for, and that is asked for (SNI).
  std::string address;  // Where to connect; empty: where the name leads.
  uint16_t port = 443;
  std::string ca_file;  // PEM; empty: the authorities of the system.
  TlsVersions versions = TlsVersions::kAny;
  // What is offered for TLS 1.2 and before, as a list of OpenSSL; empty: what is usual.
  std::string ciphers = {};
  std::chrono::milliseconds patience{5000};
};

struct TlsAnswer {
  bool chain_holds = false;
  bool name_matches = false;
  base::Wall not_before{};
  base::Wall not_after{};
  std::string version;  // "TLSv1.3"
  std::string cipher;   // "TLS_AES_256_GCM_SHA384"
  std::string problem;  // What the verification found, in OpenSSL's words; empty: nothing.
};

// kUnavailable when the server cannot be reached, kUpstream when it was and agrees to none of what is offered or shows
// no certificate, kInvalidArgument for a list of ciphers that our own library has none of.
base::Result<TlsAnswer> ask_tls(const TlsQuestion& question);

}  // namespace net
