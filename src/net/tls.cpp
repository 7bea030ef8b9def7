#include "net/tls.h"

#include <algorithm>
#include <climits>
#include <ctime>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>
#include <span>
#include <utility>

#include "base/check.h"
#include "crypto/bytes.h"
#include "net/detail/tls_session.h"

namespace net {

namespace {

constexpr size_t kPlainAtOnce = size_t{16} * 1024;  // A record holds no more.
// TLS 1.3 has its own list, all of which are fine. With TLS 1.2: ephemeral keys and AEAD.
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr std::string_view kHttp11 = "\x08http/1.1";

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// What OpenSSL calls the last error, which it forgets then: "no shared cipher".
std::string take_problem() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "the connection ended" : reason;
}

std::unexpected<base::Error> refuse(std::string message) {
  return std::unexpected(base::Error{base::Code::kInvalidArgument, std::move(message), take_problem(), std::nullopt});
}

Owned<BIO> reading(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(std::min<size_t>(text.size(), INT_MAX))));
}

// A server asks nobody for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

// A client that offers protocols, none of which is HTTP/1.1, is told so (RFC 7301 section 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kHttp11.data());
  if (SSL_select_next_proto(&found, size, ours, kHttp11.size(), offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

Owned<SSL_CTX> make_context() {
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* made = context.get();
  SSL_CTX_set_security_level(made, 2);
  SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
  SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection keeps no record buffer.
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(made, 0);
  SSL_CTX_set_default_passwd_cb(made, no_passphrase);
  SSL_CTX_set_alpn_select_cb(made, choose_protocol, nullptr);
  ENSURE(SSL_CTX_set_cipher_list(made, kCiphers12) == 1);
  ENSURE(SSL_CTX_set1_groups_list(made, kGroups) == 1);
  return context;
}

base::Wall wall_of(const ASN1_TIME* time) {
  tm broken{};
  if (ASN1_TIME_to_tm(time, &broken) != 1) return {};
  return base::Wall{int64_t{::timegm(&broken)} * 1000};
}

base::Result<void> use_chain(SSL_CTX* context, std::string_view chain) {
  const auto in = reading(chain);
  const Owned<X509> own(PEM_read_bio_X509_AUX(in.get(), nullptr, no_passphrase, nullptr));
  if (!own) {
    return refuse(
        "The certificate file holds no certificate. It has to begin with the server's own, as PEM: "
        "-----BEGIN CERTIFICATE-----.");
  }
  if (SSL_CTX_use_certificate(context, own.get()) != 1) {
    return refuse(
        "The certificate is too weak. Get one with an ECDSA key, or RSA of 2048 bits or more, signed with "
        "SHA-256 or better.");
  }
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) == 1) continue;
    X509_free(next);
    return refuse("A certificate of the chain is too weak. Get the chain again from the authority.");
  }
  ERR_clear_error();  // That there are no more is no error.
  return {};
}

}  // namespace

struct TlsIdentity::Impl {
  Owned<SSL_CTX> context;
};

TlsIdentity::TlsIdentity(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsIdentity::~TlsIdentity() = default;

base::Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::make(std::string_view chain, const base::Secret& key) {
  auto context = make_context();
  TRY_VOID(use_chain(context.get(), chain));
  const auto in = reading(key.reveal());
  const Owned<EVP_PKEY> read(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
  if (!read) {
    return refuse(
        "The key file holds no private key without a passphrase. Write it as PEM, with "
        "`openssl pkey -in KEY -out FILE`, and keep it for the server's user alone.");
  }
  if (SSL_CTX_use_PrivateKey(context.get(), read.get()) != 1 || SSL_CTX_check_private_key(context.get()) != 1) {
    return refuse("The private key belongs to another certificate. Give the two that were made together.");
  }
  auto impl = std::make_unique<Impl>(std::move(context));
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(std::move(impl)));
}

base::Wall TlsIdentity::not_before() const {
  return wall_of(X509_get0_notBefore(SSL_CTX_get0_certificate(impl_->context.get())));
}

base::Wall TlsIdentity::not_after() const {
  return wall_of(X509_get0_notAfter(SSL_CTX_get0_certificate(impl_->context.get())));
}

std::string TlsIdentity::fingerprint() const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  X509_digest(SSL_CTX_get0_certificate(impl_->context.get()), EVP_sha256(), digest, &size);
  return crypto::to_hex(std::as_bytes(std::span(digest, size)));
}

// ---- One connection.

struct TlsSession::Impl {
  Owned<SSL> ssl;
  // Of ssl, which owns them.
  BIO* in = nullptr;
  BIO* out = nullptr;

  void take_output(std::string& to) const {
    const size_t waiting = BIO_ctrl_pending(out);
    if (waiting == 0) return;
    const size_t before = to.size();
    to.resize(before + waiting);
    size_t taken = 0;
    ENSURE(BIO_read_ex(out, to.data() + before, waiting, &taken) == 1 && taken == waiting);
  }
};

TlsSession::TlsSession(const TlsIdentity& identity) : impl_(std::make_unique<Impl>()) {
  // The SSL keeps its context alive.
  impl_->ssl.reset(SSL_new(identity.impl().context.get()));
  ENSURE(impl_->ssl != nullptr);
  impl_->in = BIO_new(BIO_s_mem());
  impl_->out = BIO_new(BIO_s_mem());
  // Without more input the answer is "come again", not the end.
  BIO_set_mem_eof_return(impl_->in, -1);
  SSL_set_bio(impl_->ssl.get(), impl_->in, impl_->out);
  SSL_set_accept_state(impl_->ssl.get());
}

TlsSession::~TlsSession() = default;

TlsSession::State TlsSession::fail() {
  heard_plain_http_ = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_HTTP_REQUEST;
  problem_ = take_problem();
  return state_ = State::kFailed;
}

TlsSession::State TlsSession::receive(std::string_view wire, std::string& plain, std::string& reply) {
  if (state_ == State::kClosed || state_ == State::kFailed) return state_;
  SSL* ssl = impl_->ssl.get();
  ERR_clear_error();
  size_t written = 0;
  ENSURE(wire.empty() || BIO_write_ex(impl_->in, wire.data(), wire.size(), &written) == 1);
  // Reading does the handshake first.
  while (true) {  // Until the input is used up, or the session is over.
    const size_t before = plain.size();
    plain.resize(before + kPlainAtOnce);
    size_t count = 0;
    const int result = SSL_read_ex(ssl, plain.data() + before, kPlainAtOnce, &count);
    plain.resize(before + (result == 1 ? count : 0));
    if (result == 1) continue;
    const int error = SSL_get_error(ssl, result);
    if (error == SSL_ERROR_ZERO_RETURN) {
      state_ = State::kClosed;
    } else if (error != SSL_ERROR_WANT_READ) {
      fail();
    }
    break;
  }
  if (state_ == State::kHandshake && SSL_is_init_finished(ssl) == 1) state_ = State::kOpen;
  impl_->take_output(reply);
  return state_;
}

void TlsSession::seal(std::string_view plain, std::string& wire) {
  if (state_ != State::kOpen) return;
  while (!plain.empty()) {
    const size_t size = std::min(plain.size(), kPlainAtOnce);
    size_t written = 0;
    ERR_clear_error();
    // A memory BIO takes everything.
    if (SSL_write_ex(impl_->ssl.get(), plain.data(), size, &written) != 1) {
      fail();
      return;
    }
    plain.remove_prefix(written);
    impl_->take_output(wire);
  }
}

void TlsSession::finish(std::string& wire) {
  if (state_ != State::kOpen) return;
  ERR_clear_error();
  SSL_shutdown(impl_->ssl.get());
  ERR_clear_error();
  state_ = State::kClosed;
  impl_->take_output(wire);
}

TlsHandshake TlsSession::handshake() const {
  const SSL* ssl = impl_->ssl.get();
  TlsHandshake told;
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) told.server_name = name;
  told.version = SSL_get_version(ssl);
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher != nullptr) told.cipher = SSL_CIPHER_get_name(cipher);
  told.problem = problem_;
  return told;
}

}  // namespace net
