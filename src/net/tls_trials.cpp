#include "net/tls_trials.h"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/check.h"

namespace net {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

enum class Issuer { kAuthority, kItself, kStranger, kServer };  // kServer: a certificate that is for no authority.

struct Trial {
  std::string_view flaw;
  const char* names = "IP:127.0.0.1";
  Issuer issuer = Issuer::kAuthority;
  long from_seconds = -3600;  // From now.
  long until_seconds = 3600;
  bool weak_digest = false;  // SHA-1.
  int rsa_bits = 0;          // 0: a key on P-256.
  const char* usage = nullptr;
  int version_max = TLS1_3_VERSION;
  const char* ciphers = nullptr;  // Of TLS 1.2 and before.
};

constexpr const char* kAnyCipher = "ALL:@SECLEVEL=0";
constexpr std::array kTrials{
    Trial{.flaw = "a certificate that nobody but itself has signed", .issuer = Issuer::kItself},
    Trial{.flaw = "an authority that nobody knows", .issuer = Issuer::kStranger},
    Trial{.flaw = "an issuer that is no authority", .issuer = Issuer::kServer},
    Trial{.flaw = "a certificate for another name", .names = "DNS:elsewhere.example.com"},
    Trial{.flaw = "a certificate for another address", .names = "IP:127.0.0.2"},
    Trial{.flaw = "a certificate for every name", .names = "DNS:*"},
    Trial{.flaw = "a certificate that has expired", .from_seconds = -7200, .until_seconds = -3600},
    Trial{.flaw = "a certificate that is not valid yet", .from_seconds = 3600, .until_seconds = 7200},
    Trial{.flaw = "a signature with SHA-1", .weak_digest = true},
    Trial{.flaw = "an RSA key of 1024 bits", .rsa_bits = 1024},
    Trial{.flaw = "a certificate for clients alone", .usage = "clientAuth"},
    Trial{.flaw = "TLS 1.0 alone", .version_max = TLS1_VERSION, .ciphers = kAnyCipher},
    Trial{.flaw = "TLS 1.1 alone", .version_max = TLS1_1_VERSION, .ciphers = kAnyCipher},
    Trial{.flaw = "no encryption", .version_max = TLS1_2_VERSION, .ciphers = "eNULL:@SECLEVEL=0"},
    Trial{.flaw = "nobody who proves anything", .version_max = TLS1_2_VERSION, .ciphers = "aNULL:@SECLEVEL=0"},
    Trial{.flaw = ""},
};

struct Identity {
  Owned<EVP_PKEY> key;
  Owned<X509> certificate;
};

bool extend(X509* certificate, int kind, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

// Signed by `issuer`; by itself where there is none. Null where OpenSSL makes no such certificate.
Identity make_identity(const char* name, const Trial& trial, bool is_authority, const Identity* issuer) {
  Identity made{
      Owned<EVP_PKEY>(trial.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(trial.rsa_bits))),
      Owned<X509>(X509_new())};
  if (!made.key || !made.certificate) return {};
  X509* certificate = made.certificate.get();
  const auto* common_name = reinterpret_cast<const unsigned char*>(name);
  X509_NAME* subject = X509_get_subject_name(certificate);
  const X509_NAME* by = issuer == nullptr ? subject : X509_get_subject_name(issuer->certificate.get());
  constexpr int kVersion3 = 2;
  bool good = X509_set_version(certificate, kVersion3) == 1 &&
              ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer == nullptr ? 1 : 2) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), trial.from_seconds) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), trial.until_seconds) != nullptr &&
              X509_set_pubkey(certificate, made.key.get()) == 1 &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
              X509_set_issuer_name(certificate, by) == 1;
  if (is_authority) {
    good = good && extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    good = good && extend(certificate, NID_subject_alt_name, trial.names);
  }
  if (trial.usage != nullptr) good = good && extend(certificate, NID_ext_key_usage, trial.usage);
  const EVP_MD* digest = trial.weak_digest ? EVP_sha1() : EVP_sha256();
  EVP_PKEY* signer = issuer == nullptr ? made.key.get() : issuer->key.get();
  if (!good || X509_sign(certificate, signer, digest) <= 0) return {};
  return made;
}

std::unexpected<base::Error> unavailable(const char* why) {
  ERR_clear_error();
  return base::fail(base::Code::kUnavailable, why);
}

bool write_certificate(const Identity& identity, const std::string& path) {
  FILE* out = std::fopen(path.c_str(), "we");
  if (out == nullptr) return false;
  const bool written = PEM_write_X509(out, identity.certificate.get()) == 1;
  return std::fclose(out) == 0 && written;
}

// A listening socket on a free port of 127.0.0.1; -1 when there is none.
int listen_somewhere(uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener >= 0 && ::bind(listener, any, size) == 0 && ::listen(listener, 4) == 0 &&
      ::getsockname(listener, any, &size) == 0) {
    port = ntohs(address.sin_port);
    return listener;
  }
  if (listener >= 0) ::close(listener);
  return -1;
}

}  // namespace

struct TrialServer::Impl {
  int listener = -1;
  uint16_t port = 0;
  Owned<SSL_CTX> context;
  std::atomic<int> trusted_by = 0;
  std::thread thread;

  void answer(int peer) {
    // Nobody who is slow holds the end of the trial up.
    const timeval patience{.tv_sec = 2, .tv_usec = 0};
    ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const Owned<SSL> ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), peer);
    char bytes[4096];
    if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), bytes, sizeof bytes) > 0) {
      ++trusted_by;
      static constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
      SSL_shutdown(ssl.get());
    }
    ERR_clear_error();
  }
  void serve() {
    // Signals are for the threads that wait for them.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (true) {  // Until the listener is shut down.
      const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      answer(peer);
      ::close(peer);
    }
  }
};

TrialServer::TrialServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([running = impl_.get()] { running->serve(); });
}

TrialServer::~TrialServer() {
  ::shutdown(impl_->listener, SHUT_RDWR);
  impl_->thread.join();
  ::close(impl_->listener);
}

uint16_t TrialServer::port() const { return impl_->port; }
int TrialServer::trusted_by() const { return impl_->trusted_by; }

struct TlsTrials::Impl {
  std::string ca_file;
  Identity authority;
  Identity stranger;
  Identity server;
};

TlsTrials::TlsTrials(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsTrials::~TlsTrials() = default;
TlsTrials::TlsTrials(TlsTrials&&) noexcept = default;
TlsTrials& TlsTrials::operator=(TlsTrials&&) noexcept = default;

base::Result<TlsTrials> TlsTrials::make(const std::string& directory) {
  auto impl = std::make_unique<Impl>();
  const Trial plain{.flaw = ""};
  impl->ca_file = directory + "/trial-authority.pem";
  impl->authority = make_identity("trial authority", plain, true, nullptr);
  impl->stranger = make_identity("trial stranger", plain, true, nullptr);
  if (impl->authority.key) impl->server = make_identity("trial server", plain, false, &impl->authority);
  if (!impl->server.key || !impl->stranger.key) return unavailable("OpenSSL makes no certificates here.");
  if (!write_certificate(impl->authority, impl->ca_file)) return unavailable("There is no room for scratch files.");
  return TlsTrials(std::move(impl));
}

const std::string& TlsTrials::ca_file() const { return impl_->ca_file; }

size_t TlsTrials::count() { return kTrials.size(); }

std::string_view TlsTrials::flaw(size_t number) { return kTrials.at(number).flaw; }

base::Result<std::unique_ptr<TrialServer>> TlsTrials::start(size_t number) const {
  const Trial& trial = kTrials.at(number);
  const Identity* const issuers[] = {&impl_->authority, nullptr, &impl_->stranger, &impl_->server};
  const Identity own = make_identity("127.0.0.1", trial, false, issuers[static_cast<size_t>(trial.issuer)]);
  auto server = std::make_unique<TrialServer::Impl>();
  server->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = server->context.get();
  if (!own.key || context == nullptr) return unavailable("OpenSSL makes no such certificate here.");
  // It would speak anything, so that it is the client that refuses.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, trial.version_max);
  bool good = SSL_CTX_use_certificate(context, own.certificate.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, own.key.get()) == 1;
  if (trial.issuer == Issuer::kServer) {
    good = good && SSL_CTX_add1_chain_cert(context, impl_->server.certificate.get()) == 1;
  }
  if (trial.ciphers != nullptr) good = good && SSL_CTX_set_cipher_list(context, trial.ciphers) == 1;
  server->listener = good ? listen_somewhere(server->port) : -1;
  if (server->listener < 0) return unavailable("No server could be started for this trial.");
  return std::make_unique<TrialServer>(std::move(server));
}

}  // namespace net
