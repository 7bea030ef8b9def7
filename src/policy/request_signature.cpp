#include "policy/request_signature.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "http/url.h"

namespace policy {
namespace {

constexpr std::string_view kInput = "Signature-Input";
constexpr std::string_view kSignature = "Signature";
constexpr std::string_view kDigest = "Content-Digest";
constexpr std::string_view kAlgorithm = "hmac-sha256";
constexpr size_t kComponentsMax = 32;
constexpr size_t kNonceMin = 16;
constexpr size_t kNonceMax = 128;
constexpr size_t kInputBytesMax = 2048;

std::unexpected<base::Error> refuse(std::string message, std::string detail) {
  return base::fail(base::Code::kUnauthenticated, std::move(message), std::move(detail));
}

std::unexpected<base::Error> malformed(std::string_view what) {
  return refuse(fmt::format("Signature-Input cannot be read: {}. Sign as docs/api-keys.md shows.", what),
                "malformed signature");
}

std::string_view bytes_of(const crypto::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// What is read from the front of a structured field (RFC 8941), of which this is the part that signatures use.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  bool take(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  // A key of a dictionary or a parameter: lower case, digits, "_", "-", ".", "*".
  std::optional<std::string> key() {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-.*";
    const size_t end = std::min(text_.find_first_not_of(kAllowed), text_.size());
    if (end == 0) return std::nullopt;
    return taken(end);
  }
  // A string without escapes: nothing that is signed here needs one.
  std::optional<std::string> string() {
    if (!take("\"")) return std::nullopt;
    const size_t end = text_.find('"');
    if (end == std::string_view::npos || text_.substr(0, end).contains('\\')) return std::nullopt;
    std::string value = taken(end);
    text_.remove_prefix(1);
    return value;
  }
  std::optional<int64_t> integer() {
    const size_t end = std::min(text_.find_first_not_of("0123456789"), text_.size());
    if (end == 0 || end > 15) return std::nullopt;
    return base::parse_integer(taken(end));
  }
  std::optional<std::string> bytes() {
    if (!take(":")) return std::nullopt;
    const size_t end = text_.find(':');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string encoded = taken(end);
    text_.remove_prefix(1);
    return crypto::base64_decode(encoded);
  }
  std::string_view rest() const { return text_; }

 private:
  std::string taken(size_t count) {
    std::string value(text_.substr(0, count));
    text_.remove_prefix(count);
    return value;
  }

  std::string_view text_;
};

struct Input {
  std::string label;
  std::vector<std::string> components;
  std::string parameters;  // From the opening bracket on, as it was sent: the last line of what is signed.
  std::optional<int64_t> created;
  std::optional<int64_t> expires;
  std::optional<std::string> nonce;
  std::optional<std::string> key_id;
  std::optional<std::string> algorithm;
};

// Nothing where the parameter is one that nobody here knows, is there twice, or has another type.
bool read_parameter(Cursor& cursor, Input& input) {
  const auto name = cursor.key();
  if (!name || !cursor.take("=")) return false;
  const auto once = [](auto& slot, auto value) {
    if (slot || !value) return false;
    slot = std::move(value);
    return true;
  };
  if (*name == "created") return once(input.created, cursor.integer());
  if (*name == "expires") return once(input.expires, cursor.integer());
  if (*name == "nonce") return once(input.nonce, cursor.string());
  if (*name == "keyid") return once(input.key_id, cursor.string());
  if (*name == "alg") return once(input.algorithm, cursor.string());
  return false;
}

std::optional<Input> parse_input(std::string_view text) {
  Input input;
  Cursor cursor(text);
  const auto label = cursor.key();
  if (!label || !cursor.take("=")) return std::nullopt;
  input.label = *label;
  input.parameters = cursor.rest();
  if (!cursor.take("(")) return std::nullopt;
  while (!cursor.take(")")) {
    if (!input.components.empty() && !cursor.take(" ")) return std::nullopt;
    auto component = cursor.string();
    if (!component || input.components.size() == kComponentsMax ||
        std::ranges::find(input.components, *component) != input.components.end()) {
      return std::nullopt;
    }
    input.components.push_back(*std::move(component));
  }
  while (cursor.take(";")) {
    if (!read_parameter(cursor, input)) return std::nullopt;
  }
  return cursor.done() ? std::optional(std::move(input)) : std::nullopt;
}

// All lines of a field as one value (RFC 9421 section 2.1).
std::optional<std::string> value_of(const http::Headers& headers, std::string_view name) {
  std::optional<std::string> value;
  for (const auto& [each, line] : headers) {
    if (!base::equals_ignoring_case(each, name)) continue;
    value = value ? *value + ", " + std::string(base::trim(line)) : std::string(base::trim(line));
  }
  return value;
}

std::optional<std::string> component_value(const http::Request& request, std::string_view name) {
  const auto target = http::split_target(request.target);
  if (name == "@method") return std::string(http::method_name(request.method));
  if (name == "@path") return std::string(target.path);
  // With its question mark, also where there is nothing behind it (RFC 9421 section 2.2.7).
  if (name == "@query") return request.target.contains('?') ? request.target.substr(request.target.find('?')) : "?";
  if (name == "@authority") {
    const auto host = request.headers.find("Host");
    return host ? std::optional(base::to_lower_ascii(*host)) : std::nullopt;
  }
  // Names of fields are in lower case there.
  if (name.starts_with('@') || name != base::to_lower_ascii(name)) return std::nullopt;
  return value_of(request.headers, name);
}

std::optional<std::string> signature_base(const http::Request& request, const Input& input) {
  std::string text;
  for (const std::string& name : input.components) {
    const auto value = component_value(request, name);
    if (!value) return std::nullopt;
    text += fmt::format("\"{}\": {}\n", name, *value);
  }
  return text + "\"@signature-params\": " + input.parameters;
}

bool matters(std::string_view field) {
  constexpr std::string_view kPrefix = "mcp-";
  constexpr std::string_view kFields[] = {"content-type", "content-digest", "last-event-id"};
  const std::string name = base::to_lower_ascii(field);
  return name.starts_with(kPrefix) || std::ranges::find(kFields, name) != std::end(kFields);
}

// The first component that has to be signed and is not.
std::optional<std::string> find_uncovered(const http::Request& request, const Input& input) {
  const auto covers = [&input](std::string_view name) {
    return std::ranges::find(input.components, name) != input.components.end();
  };
  for (const char* name : {"@method", "@authority", "@path", "@query"}) {
    if (!covers(name)) return name;
  }
  for (const auto& [name, value] : request.headers) {
    if (matters(name) && !covers(base::to_lower_ascii(name))) return base::to_lower_ascii(name);
  }
  if (!request.body.empty() && !covers("content-digest")) return "content-digest";
  return std::nullopt;
}

// A digest of another algorithm may stand beside the one of SHA-256.
bool is_digest_of(std::string_view field, std::string_view body) {
  for (const std::string_view member : base::split(field, ',')) {
    Cursor cursor(base::trim(member));
    if (!cursor.take("sha-256=")) continue;
    const auto digest = cursor.bytes();
    return digest && cursor.done() && crypto::equal(*digest, bytes_of(crypto::sha256(body)));
  }
  return false;
}

base::Result<void> check_time(const Input& input, base::Wall now) {
  const base::Wall created{*input.created * 1000};
  if (created + RequestSignature::kWindow < now) {
    return refuse("The signature is too old. Sign each request when it is sent, and set the clock of your machine.",
                  "signature too old");
  }
  if (now + RequestSignature::kWindow < created) {
    return refuse("The signature is from the future. Set the clock of your machine.", "signature from the future");
  }
  if (input.expires && base::Wall{*input.expires * 1000} <= now) {
    return refuse("The signature has expired. Sign the request again.", "signature expired");
  }
  return {};
}

}  // namespace

base::Result<RequestSignature> read_signature(const http::Request& request, base::Wall now) {
  const auto& headers = request.headers;
  if (headers.count(kInput) == 0 || headers.count(kSignature) == 0) {
    return refuse("This server takes signed requests only (RFC 9421). Sign as docs/api-keys.md shows.", "not signed");
  }
  const std::string_view text = *headers.find(kInput);
  if (headers.count(kInput) > 1 || headers.count(kSignature) > 1 || text.size() > kInputBytesMax) {
    return malformed("one signature is taken, no more");
  }
  const auto input = parse_input(text);
  if (!input) return malformed("it is not label=(components);parameters");
  if (!input->created || !input->nonce || !input->key_id) return malformed("it needs created, nonce and keyid");
  if (input->algorithm && *input->algorithm != kAlgorithm) return malformed("the algorithm is hmac-sha256");
  if (input->nonce->size() < kNonceMin || input->nonce->size() > kNonceMax) {
    return malformed("a nonce has 16 to 128 characters");
  }
  TRY_VOID(check_time(*input, now));
  if (const auto uncovered = find_uncovered(request, *input)) {
    return refuse(fmt::format("The signature leaves out {}. Sign as docs/api-keys.md shows.", *uncovered),
                  "something that matters is not signed");
  }
  const auto digest = value_of(headers, kDigest);
  if (digest && !is_digest_of(*digest, request.body)) {
    return refuse("Content-Digest is not the SHA-256 of the body.", "the body is not the one that was signed");
  }
  const auto base = signature_base(request, *input);
  if (!base) return malformed("it names a component that the request does not have, or that is not signed here");
  Cursor cursor(*headers.find(kSignature));
  if (!cursor.take(input->label + "=")) return malformed("Signature has another label");
  auto signature = cursor.bytes();
  if (!signature || !cursor.done()) return malformed("Signature is not label=:base64:");
  return RequestSignature{.key_id = *input->key_id,
                          .nonce = *input->nonce,
                          .created = base::Wall{*input->created * 1000},
                          .base = *base,
                          .signature = *std::move(signature)};
}

bool is_signed_by(const RequestSignature& signature, crypto::ByteView key) {
  return crypto::equal(signature.signature, bytes_of(crypto::hmac_sha256(key, signature.base)));
}

http::Headers sign(const http::Request& request, std::string_view key_id, crypto::ByteView key, base::Wall created,
                   std::string_view nonce) {
  http::Request with_digest;
  with_digest.method = request.method;
  with_digest.target = request.target;
  with_digest.headers = request.headers;
  const std::string digest = "sha-256=:" + crypto::base64_encode(bytes_of(crypto::sha256(request.body))) + ":";
  with_digest.headers.set(std::string(kDigest), digest);
  Input input;
  input.components = {"@method", "@authority", "@path", "@query"};
  for (const auto& [name, value] : with_digest.headers) {
    if (matters(name)) input.components.push_back(base::to_lower_ascii(name));
  }
  std::string components;
  for (const std::string& each : input.components) components += (components.empty() ? "\"" : " \"") + each + "\"";
  input.parameters = fmt::format("({});created={};keyid=\"{}\";nonce=\"{}\";alg=\"{}\"", components,
                                 created.unix_ms / 1000, key_id, nonce, kAlgorithm);
  const auto base = signature_base(with_digest, input);
  http::Headers fields;
  fields.add(std::string(kDigest), digest);
  fields.add(std::string(kInput), "sig=" + input.parameters);
  const auto code = crypto::hmac_sha256(key, base.value_or(""));
  fields.add(std::string(kSignature), "sig=:" + crypto::base64_encode(bytes_of(code)) + ":");
  return fields;
}

}  // namespace policy
