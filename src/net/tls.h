// What a server shows to clients that come by TLS: a certificate with its chain, its key, and the policy that goes with
// them (RFC 9325): TLS 1.2 and 1.3, forward secrecy and authenticated encryption only, no renegotiation, no
// compression, no early data and no resumption, so that no ticket key lives longer than a connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace net {

// Immutable; connections share it, and keep it until they end.
class TlsIdentity {
 public:
  // `chain` is PEM, the server's own certificate first; `key` is its unencrypted private key as PEM. kInvalidArgument,
  // with what to do, for text that is neither, for a key that belongs to another certificate, and for a key or a
  // signature that is too weak (RSA under 2048 bits, SHA-1).
  static base::Result<std::shared_ptr<const TlsIdentity>> make(std::string_view chain, const base::Secret& key);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // Of the server's own certificate: between these it is good.
  base::Wall not_before() const;
  base::Wall not_after() const;
  // SHA-256 of the certificate, as lower-case hexadecimal: for people, and to see whether it is another one.
  std::string fingerprint() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit TlsIdentity(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// How the TLS of one connection began, or that it did not.
struct TlsHandshake {
  std::string peer;
  std::string server_name;  // That the client asked for (SNI): foreign text, not checked.
  std::string_view version;
  std::string_view cipher;
  std::string problem;  // Empty: it succeeded. Otherwise what OpenSSL calls it.
};

}  // namespace net
