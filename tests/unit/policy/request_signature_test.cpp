// Signed requests: what is taken, and each way to change one that is not.
#include "policy/request_signature.h"

#include <functional>
#include <string>

#include "policy/access_scopes.h"

#include "tests/test.h"

namespace {

constexpr base::Wall kNow{1'796'000'000'500};
constexpr std::string_view kKey = "FAKE-KEY-FOR-TESTS-of-32-bytes--";
constexpr std::string_view kNonce = "nonce-of-a-test-1";

http::Request unsigned_request() {
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/mcp?b=2&a=1";
  request.headers = {{"Host", "MCP.example.com:8443"},
                     {"Content-Type", "application/json"},
                     {"Mcp-Method", "tools/call"},
                     {"Accept", "application/json"}};
  request.body = R"({"jsonrpc":"2.0"})";
  return request;
}

http::Request signed_request(base::Wall created = kNow, std::string_view nonce = kNonce) {
  http::Request request = unsigned_request();
  for (const auto& [name, value] : policy::sign(request, "key1", kKey, created, nonce)) {
    request.headers.add(name, value);
  }
  return request;
}

// "" when the request is taken, else why not.
std::string verdict(const http::Request& request, base::Wall now = kNow, std::string_view key = kKey) {
  const auto read = policy::read_signature(request, now);
  if (!read) {
    CHECK(read.error().code == base::Code::kUnauthenticated);
    CHECK_FALSE(read.error().message.empty());
    return read.error().detail;
  }
  return policy::is_signed_by(*read, key) ? "" : "wrong signature";
}

void replace(http::Request& request, std::string_view field, std::string_view from, std::string_view to) {
  std::string value(*request.headers.find(field));
  const size_t at = value.find(from);
  REQUIRE(at != std::string::npos);
  request.headers.set(std::string(field), value.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("a signed request is taken, and what was signed is what RFC 9421 says") {
  const http::Request request = signed_request();
  CHECK(verdict(request).empty());
  const auto read = policy::read_signature(request, kNow);
  REQUIRE(read);
  CHECK(read->key_id == "key1");
  CHECK(read->nonce == kNonce);
  CHECK(read->created == base::Wall{1'796'000'000'000});
  CHECK(read->nonce_expires() == base::Wall{1'796'000'300'000});
  CHECK(read->base ==
        "\"@method\": POST\n"
        "\"@authority\": mcp.example.com:8443\n"
        "\"@path\": /mcp\n"
        "\"@query\": ?b=2&a=1\n"
        "\"content-type\": application/json\n"
        "\"mcp-method\": tools/call\n"
        "\"content-digest\": sha-256=:BJq6WaUDXOPrt4Hh+RdvqlIwLS9csjuaaSZzZU8zT+Y=:\n"
        "\"@signature-params\": (\"@method\" \"@authority\" \"@path\" \"@query\" \"content-type\" \"mcp-method\" "
        "\"content-digest\");created=1796000000;keyid=\"key1\";nonce=\"nonce-of-a-test-1\";alg=\"hmac-sha256\"");
  // Another client may order components and parameters as it likes, and spell its fields in any case.
  http::Request bare;
  bare.target = "/mcp";
  bare.headers = {{"Host", "h"}};
  for (const auto& [name, value] : policy::sign(bare, "key1", kKey, kNow, kNonce)) {
    if (name != "Content-Digest") bare.headers.add(name, value);
  }
  CHECK(verdict(bare) == "malformed signature");  // It names a digest that is not there.
}

TEST_CASE("NS-8: every change of a signed request is refused") {
  struct Change {
    const char* name;
    std::function<void(http::Request&)> make;
    const char* why;
  };
  const Change changes[] = {
      {"body", [](auto& r) { r.body += ' '; }, "the body is not the one that was signed"},
      {"body and digest",
       [](auto& r) {
         r.body = "{}";
         r.headers.set("Content-Digest", "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:");
       },
       "wrong signature"},
      {"method", [](auto& r) { r.method = http::Method::kDelete; }, "wrong signature"},
      {"path", [](auto& r) { r.target = "/other?b=2&a=1"; }, "wrong signature"},
      {"query", [](auto& r) { r.target = "/mcp?a=1&b=2"; }, "wrong signature"},
      {"no query", [](auto& r) { r.target = "/mcp"; }, "wrong signature"},
      {"host", [](auto& r) { r.headers.set("Host", "other.example.com"); }, "wrong signature"},
      {"header", [](auto& r) { r.headers.set("Mcp-Method", "tools/list"); }, "wrong signature"},
      {"second header", [](auto& r) { r.headers.add("Mcp-Method", "tools/list"); }, "wrong signature"},
      {"new header", [](auto& r) { r.headers.add("Mcp-Session-Id", "s"); }, "something that matters is not signed"},
      {"created", [](auto& r) { replace(r, "Signature-Input", "1796000000", "1796000001"); }, "wrong signature"},
      {"nonce", [](auto& r) { replace(r, "Signature-Input", "test-1", "test-2"); }, "wrong signature"},
      {"key", [](auto& r) { replace(r, "Signature-Input", "key1", "key2"); }, "wrong signature"},
      {"order",
       [](auto& r) { replace(r, "Signature-Input", "\"@method\" \"@authority\"", "\"@authority\" \"@method\""); },
       "wrong signature"},
      {"method left out", [](auto& r) { replace(r, "Signature-Input", "\"@method\" ", ""); },
       "something that matters is not signed"},
      {"header left out", [](auto& r) { replace(r, "Signature-Input", "\"mcp-method\" ", ""); },
       "something that matters is not signed"},
      {"digest left out", [](auto& r) { replace(r, "Signature-Input", " \"content-digest\"", ""); },
       "something that matters is not signed"},
      {"digest gone",
       [](auto& r) {
         r.headers.erase("Content-Digest");
         replace(r, "Signature-Input", " \"content-digest\"", "");
       },
       "something that matters is not signed"},
      {"signature bit",
       [](auto& r) {
         std::string value(*r.headers.find("Signature"));
         value[10] = value[10] == 'A' ? 'B' : 'A';
         r.headers.set("Signature", value);
       },
       "wrong signature"},
      {"no signature", [](auto& r) { r.headers.erase("Signature"); }, "not signed"},
      {"no input", [](auto& r) { r.headers.erase("Signature-Input"); }, "not signed"},
      {"empty signature", [](auto& r) { r.headers.set("Signature", "sig=::"); }, "wrong signature"},
      {"other label", [](auto& r) { replace(r, "Signature", "sig=", "sag="); }, "malformed signature"},
      {"two signatures", [](auto& r) { r.headers.add("Signature", "sig=:AAAA:"); }, "malformed signature"},
      {"other algorithm", [](auto& r) { replace(r, "Signature-Input", "hmac-sha256", "rsa-v1_5-sha256"); },
       "malformed signature"},
      {"no nonce", [](auto& r) { replace(r, "Signature-Input", ";nonce=\"nonce-of-a-test-1\"", ""); },
       "malformed signature"},
      {"short nonce", [](auto& r) { replace(r, "Signature-Input", "nonce-of-a-test-1", "short"); },
       "malformed signature"},
      {"no key", [](auto& r) { replace(r, "Signature-Input", ";keyid=\"key1\"", ""); }, "malformed signature"},
      {"no time", [](auto& r) { replace(r, "Signature-Input", ";created=1796000000", ""); }, "malformed signature"},
      {"two times", [](auto& r) { replace(r, "Signature-Input", ";keyid", ";created=1;keyid"); },
       "malformed signature"},
      {"unknown parameter", [](auto& r) { replace(r, "Signature-Input", ";keyid", ";tag=\"x\";keyid"); },
       "malformed signature"},
      {"unknown component", [](auto& r) { replace(r, "Signature-Input", "\"@path\"", "\"@path\" \"@status\""); },
       "malformed signature"},
      {"a component twice", [](auto& r) { replace(r, "Signature-Input", "\"@path\"", "\"@path\" \"@path\""); },
       "malformed signature"},
      {"a component with a parameter", [](auto& r) { replace(r, "Signature-Input", "\"@path\"", "\"@path\";req"); },
       "malformed signature"},
      {"a second member", [](auto& r) { replace(r, "Signature-Input", "hmac-sha256\"", "hmac-sha256\", b=()"); },
       "malformed signature"},
      {"digest of SHA-512 only", [](auto& r) { replace(r, "Content-Digest", "sha-256", "sha-512"); },
       "the body is not the one that was signed"},
      {"expired", [](auto& r) { replace(r, "Signature-Input", ";keyid", ";expires=1796000000;keyid"); },
       "signature expired"},
  };
  for (const Change& change : changes) {
    CAPTURE(change.name);
    http::Request request = signed_request();
    change.make(request);
    CHECK(verdict(request) == change.why);
  }
  CHECK(verdict(unsigned_request()) == "not signed");
  CHECK(verdict(signed_request(), kNow, "another-fake-key-of-32-bytes----") == "wrong signature");
}

TEST_CASE("NS-8: a signature is good for 300 seconds on either side") {
  const auto at = [](int seconds) { return base::Wall{1'796'000'000'000} + std::chrono::seconds(seconds); };
  const http::Request request = signed_request(at(0));
  CHECK(verdict(request, at(300)).empty());
  CHECK(verdict(request, at(301)) == "signature too old");
  CHECK(verdict(request, at(-300)).empty());
  CHECK(verdict(request, at(-301)) == "signature from the future");
}

TEST_CASE("what changes something needs a scope of its kind, and what belongs nowhere is for administrators") {
  using policy::Access;
  for (const char* toolset : {"playback", "library", "auth", "no-such"}) {
    CHECK(policy::access_scope_of(toolset, Access::kReadOnly) == "smcp:read");
  }
  CHECK(policy::access_scope_of("queue", Access::kReadWrite) == "smcp:playback");
  CHECK(policy::access_scope_of("curation", Access::kReadWrite) == "smcp:playlist");
  CHECK(policy::access_scope_of("follow", Access::kReadWrite) == "smcp:library");
  CHECK(policy::access_scope_of("auth", Access::kReadWrite) == "smcp:admin");
  CHECK(policy::access_scope_of("no-such", Access::kReadWrite) == "smcp:admin");
}
