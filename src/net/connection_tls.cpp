// What a connection does where it came by TLS: between the bytes of the socket and those of HTTP.
#include <utility>

#include "net/detail/connection.h"

namespace net {

bool Connection::open_records(std::string_view& input) {
  std::string& plain = server_.plain;
  plain.clear();
  std::string reply;
  const TlsSession::State before = tls_->state();
  const TlsSession::State state = tls_->receive(input, plain, reply);
  // It was made before anything that still waits to be sealed, and the peer counts records.
  out_.insert(sealed_, reply);
  sealed_ += reply.size();
  if (before == TlsSession::State::kHandshake && state != before) end_handshake(state);
  if (state == TlsSession::State::kFailed) {
    fail_tls();
    return false;
  }
  if (!reply.empty() && !writing_) flush();
  if (broken_) return false;
  if (!plain.empty()) {
    input = plain;
    return true;
  }
  if (state == TlsSession::State::kClosed) {
    close();
  } else {
    wait_readable();
  }
  return false;
}

void Connection::fail_tls() {
  if (busy() || writing_) return close();
  if (tls_->heard_plain_http()) {
    out_.clear();
    write_refusal(400, "This port speaks TLS. Use https in the address.");
    sealed_ = out_.size();  // The one answer that has to go out as it is.
  }
  closing_ = true;
  flush();
}

void Connection::seal_output() {
  if (sealed_ == out_.size()) return;
  std::string records;
  tls_->seal(std::string_view(out_).substr(sealed_), records);
  out_.replace(sealed_, std::string::npos, records);
  sealed_ = out_.size();
}

void Connection::end_handshake(TlsSession::State state) {
  TlsHandshake handshake = tls_->handshake();
  handshake.peer = peer_;
  if (state == TlsSession::State::kHandshake) handshake.problem = "not done in time";
  server_.log.event(base::Level::kDebug, "http.tls",
                    {{"peer", peer_}, {"version", handshake.version}, {"problem", handshake.problem}});
  if (server_.options.observer != nullptr) server_.options.observer->handshake_ended(handshake);
}

}  // namespace net
