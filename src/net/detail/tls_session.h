// TLS of one accepted connection as a state machine without I/O: bytes of the wire in, bytes of the application out,
// and back. For the .cpp files of net/ only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/tls.h"

namespace net {

class TlsSession {
 public:
  enum class State : uint8_t { kHandshake, kOpen, kClosed, kFailed };

  explicit TlsSession(const TlsIdentity& identity);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Appends what `wire` says to `plain`, and what has to be sent in return to `reply`: of the handshake, or the alert
  // that ends it. Nothing more is received once it is kClosed (the peer has said good-bye) or kFailed.
  State receive(std::string_view wire, std::string& plain, std::string& reply);
  // Appends the records that carry `plain`. Only in kOpen.
  void seal(std::string_view plain, std::string& wire);
  // Appends our good-bye (close_notify), after which nothing is sealed.
  void finish(std::string& wire);

  State state() const { return state_; }
  // In kFailed: what came was a request without TLS.
  bool heard_plain_http() const { return heard_plain_http_; }
  // Without the peer.
  TlsHandshake handshake() const;

 private:
  struct Impl;
  State fail();

  std::unique_ptr<Impl> impl_;
  State state_ = State::kHandshake;
  std::string problem_;
  bool heard_plain_http_ = false;
};

}  // namespace net
