// Servers that cannot prove who they are, one after the other on a free port of the loopback, with certificates that
// are made on the spot: what a self-test of our client connects to. The last one is good, and has to be accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace net {

// One server, in a thread of its own until it is destroyed. It speaks whatever it is asked to, so that refusing is up
// to the client.
class TrialServer {
 public:
  ~TrialServer();
  TrialServer(const TrialServer&) = delete;
  TrialServer& operator=(const TrialServer&) = delete;

  uint16_t port() const;
  // How many clients have sent a byte behind the handshake.
  int trusted_by() const;

  struct Impl;
  explicit TrialServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

class TlsTrials {
 public:
  // Makes an authority and writes its certificate to `directory`, which has to be there and private.
  static base::Result<TlsTrials> make(const std::string& directory);
  ~TlsTrials();
  TlsTrials(TlsTrials&&) noexcept;
  TlsTrials& operator=(TlsTrials&&) noexcept;

  // PEM; what a client has to trust alone.
  const std::string& ca_file() const;

  // All trials, the good one last.
  static size_t count();
  // What is wrong with the server: "a certificate that has expired"; empty for the good one.
  static std::string_view flaw(size_t number);
  // Listening on 127.0.0.1. kUnavailable when there is no port, or this machine's OpenSSL makes no such certificate.
  base::Result<std::unique_ptr<TrialServer>> start(size_t number) const;

 private:
  struct Impl;
  explicit TlsTrials(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace net
