#include "net/ask_tls.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace net {
namespace {

using Clock = std::chrono::steady_clock;

std::unexpected<base::Error> unreachable(const TlsQuestion& question, std::string_view why) {
  return base::fail(base::Code::kUnavailable, fmt::format("{} {}.", question.host, why));
}

std::unexpected<base::Error> silent(const TlsQuestion& question, std::string_view why) {
  return base::fail(base::Code::kUpstream, fmt::format("{} {}.", question.host, why));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

bool wait_for(int socket, short what, Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  pollfd waiting{socket, what, 0};
  return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) > 0;
}

base::Result<Descriptor> connect_to(const TlsQuestion& question, Clock::time_point end) {
  const std::string& where = question.address.empty() ? question.host : question.address;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = question.address.empty() ? 0 : AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(where.c_str(), std::to_string(question.port).c_str(), &hints, &found) != 0) {
    return unreachable(question, "cannot be found from here");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Descriptor socket(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.number() < 0) continue;
    const int begun = ::connect(socket.number(), each->ai_addr, each->ai_addrlen);
    if (begun != 0 && (errno != EINPROGRESS || !wait_for(socket.number(), POLLOUT, end))) continue;
    int problem = 0;
    socklen_t size = sizeof problem;
    if (::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0) return socket;
  }
  return unreachable(question, "cannot be reached from here");
}

base::Wall time_of(const ASN1_TIME* time) {
  tm parts{};
  constexpr int64_t kMsPerSecond = 1000;
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {int64_t{::timegm(&parts)} * kMsPerSecond};
}

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

base::Result<Context> context_for(const TlsQuestion& question) {
  Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  constexpr int kNumbers[] = {0, TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  if (question.versions != TlsVersions::kAny) {
    const int version = kNumbers[static_cast<size_t>(question.versions)];
    // Our own library would not speak the old ones otherwise.
    if (version < TLS1_2_VERSION) SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
  }
  if (!question.ciphers.empty() && SSL_CTX_set_cipher_list(context.get(), question.ciphers.c_str()) != 1) {
    ERR_clear_error();
    return base::fail(base::Code::kInvalidArgument, "This machine's OpenSSL has none of these ciphers.");
  }
  if (question.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), question.ca_file.c_str(), nullptr) != 1) {
    ERR_clear_error();
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("{} holds no certificates of authorities in PEM.", question.ca_file));
  }
  // The handshake goes on whatever is wrong, so that all of it can be told.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  return context;
}

bool shake_hands(SSL* ssl, int socket, Clock::time_point end) {
  while (true) {  // Until it is done, fails, or the time is over.
    const int done = SSL_connect(ssl);
    if (done == 1) return true;
    const int wants = SSL_get_error(ssl, done);
    if (wants == SSL_ERROR_WANT_READ && wait_for(socket, POLLIN, end)) continue;
    if (wants == SSL_ERROR_WANT_WRITE && wait_for(socket, POLLOUT, end)) continue;
    ERR_clear_error();
    return false;
  }
}

}  // namespace

base::Result<TlsAnswer> ask_tls(const TlsQuestion& question) {
  const Clock::time_point end = Clock::now() + question.patience;
  TRY(const Descriptor socket, connect_to(question, end));
  TRY(const Context context, context_for(question));
  const Session ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), socket.number());
  // An address has no place in SNI (RFC 6066 section 3).
  const bool is_literal =
      question.host.contains(':') || question.host.find_first_not_of("0123456789.") == std::string::npos;
  if (!is_literal) SSL_set_tlsext_host_name(ssl.get(), question.host.c_str());
  if (!shake_hands(ssl.get(), socket.number(), end)) return silent(question, "does not speak TLS with us");
  X509* certificate = SSL_get0_peer_certificate(ssl.get());
  if (certificate == nullptr) return silent(question, "shows no certificate");
  TlsAnswer answer;
  const long verified = SSL_get_verify_result(ssl.get());
  answer.chain_holds = verified == X509_V_OK;
  if (!answer.chain_holds) answer.problem = X509_verify_cert_error_string(verified);
  answer.name_matches = is_literal
                            ? X509_check_ip_asc(certificate, question.host.c_str(), 0) == 1
                            : X509_check_host(certificate, question.host.data(), question.host.size(), 0, nullptr) == 1;
  answer.not_before = time_of(X509_get0_notBefore(certificate));
  answer.not_after = time_of(X509_get0_notAfter(certificate));
  answer.version = SSL_get_version(ssl.get());
  answer.cipher = SSL_get_cipher_name(ssl.get());
  return answer;
}

}  // namespace net
