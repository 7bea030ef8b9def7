// Signed HTTP requests: a subset of RFC 9421 with HMAC-SHA-256 and the Content-Digest of RFC 9530. Pure: what a request
// says of its signature, whether that covers all that matters, and whether a key made it. Whether its nonce was seen
// before is for a store to say.
//
//   Content-Digest: sha-256=:...:
//   Signature-Input: sig=("@method" "@authority" "@path" "@query" "content-digest" "content-type");created=1796000000;
//                    keyid="k1";nonce="...";alg="hmac-sha256"
//   Signature: sig=:...:
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/bytes.h"
#include "http/message.h"

namespace policy {

struct RequestSignature {
  // How far `created` may be from now, on either side.
  static constexpr std::chrono::seconds kWindow{300};

  std::string key_id;
  std::string nonce;
  base::Wall created;
  std::string base;       // What is signed (RFC 9421 section 2.5).
  std::string signature;  // Bytes, of any length.

  // Until then the nonce has to be known: afterwards the window refuses the request.
  base::Wall nonce_expires() const { return created + kWindow; }
};

// A signature has to cover method, authority, path, query, the digest of a body, and each of these fields that is
// there, since they change what a request means: Content-Type, Last-Event-ID, and all that begin with "Mcp-".
//
// kUnauthenticated, with what to do, for a request without a signature, with one that cannot be read, that is too old
// or too new, that leaves out something that matters, or whose digest is not that of the body. `detail` says which, in
// words of ours.
base::Result<RequestSignature> read_signature(const http::Request& request, base::Wall now);

// In constant time.
bool is_signed_by(const RequestSignature& signature, crypto::ByteView key);

// The three fields for a request, as a client makes them; the request's fields and body stay as they are afterwards.
// For tests and clients of ours.
http::Headers sign(const http::Request& request, std::string_view key_id, crypto::ByteView key, base::Wall created,
                   std::string_view nonce);

}  // namespace policy
