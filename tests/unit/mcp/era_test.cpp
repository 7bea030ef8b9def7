#include "mcp/era.h"

#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using mcp::Classified;
using mcp::HttpView;
using Text = std::optional<std::string_view>;

enum class Over { kHttp, kLines };

// What a transport is told about one message, in words: what it is, or "status code id" of the refusal.
std::string outcome(Over over, const HttpView& http, std::string_view text) {
  const auto refusal_text = [](const mcp::Refusal& refusal) {
    CHECK_FALSE(refusal.error.message.empty());
    return fmt::format("{} {} {}", refusal.http_status, refusal.error.code,
                       refusal.id ? json::write(mcp::to_json(*refusal.id)) : "no id");
  };
  json::Value body = test::parsed(text);
  const Classified is =
      over == Over::kHttp ? mcp::classify(http, std::move(body)) : mcp::classify_line(std::move(body));
  if (const auto* refusal = std::get_if<mcp::Refusal>(&is)) return refusal_text(*refusal);
  if (const auto* modern = std::get_if<mcp::ModernCall>(&is)) {
    const auto refusal = mcp::find_refusal(over == Over::kHttp ? &http : nullptr, *modern);
    return refusal ? refusal_text(*refusal) : "modern";
  }
  if (std::holds_alternative<mcp::ModernNotification>(is)) return "notification";
  if (std::holds_alternative<mcp::Initialize>(is)) return "initialize";
  if (const auto* legacy = std::get_if<mcp::Legacy>(&is)) {
    if (legacy->batch == mcp::Batch::kYes) return fmt::format("batch of {}", legacy->messages.size());
    CHECK(legacy->messages.size() == 1);
    return "legacy";
  }
  return "something else";
}

// `name` is what Mcp-Name says.
struct Row {
  std::string_view about;
  Text version;
  Text method;
  Text name;
  std::string body;
  std::string_view expected;
};

void check_rows(const std::vector<Row>& rows, Over over) {
  for (const Row& row : rows) {
    CAPTURE(row.about);
    CAPTURE(row.body);
    const HttpView http{http::Method::kPost, row.version, row.method, row.name};
    CHECK(outcome(over, http, row.body) == row.expected);
  }
}

constexpr auto kNone = std::nullopt;
constexpr std::string_view kNow = test::kModernVersion;
constexpr std::string_view kList = "tools/list";
constexpr std::string_view kCall = "tools/call";
const std::string kModernList = test::modern("1", kList);
const std::string kModernCall = test::modern("1", kCall, R"("name":"echo")");
const std::string kLegacyList = test::request("1", kList);
const std::string kResponse = R"({"jsonrpc":"2.0","id":1,"result":{}})";

std::string with_meta(std::string_view members) {
  return test::request("1", kList, fmt::format(R"("_meta":{{{}}})", members));
}
const std::string kVersionMember = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")";
const std::string kCapabilitiesMember = R"("io.modelcontextprotocol/clientCapabilities":{})";
const std::string kOnlyVersion = with_meta(kVersionMember);
std::string with_member(std::string_view member) { return test::request("1", kList, test::meta(member)); }
std::string initialize(std::string_view version, std::string_view more = "") {
  return test::request("1", "initialize",
                       fmt::format(R"("protocolVersion":"{}","capabilities":{{}}{})", version, more));
}
const std::string kClaim = "," + test::meta();
const std::string kBrokenClaim = ",\"_meta\":{" + kVersionMember + "}";

}  // namespace

TEST_CASE("era: modern requests and their headers") {
  const std::string read = test::modern("1", "resources/read", R"("uri":"a://b")");
  const std::string future = test::request("1", kList, test::meta("", "2099-01-01"));
  check_rows(
      {
          {"a list", kNow, kList, kNone, kModernList, "modern"},
          {"a string id", kNow, kList, kNone, test::modern(R"("a")", kList), "modern"},
          {"a call by name", kNow, kCall, "echo", kModernCall, "modern"},
          {"a prompt by name", kNow, "prompts/get", "p", test::modern("1", "prompts/get", R"("name":"p")"), "modern"},
          {"a resource by uri", kNow, "resources/read", "a://b", read, "modern"},
          {"a name that is not asked for", kNow, kList, "x", kModernList, "modern"},
          {"a name in base64", kNow, kCall, "=?base64?ZWNobw==?=", kModernCall, "modern"},
          {"base64 without padding", kNow, kCall, "=?base64?ZWNobw?=", kModernCall, "400 -32020 1"},
          {"base64 without its end", kNow, kCall, "=?base64?ZWNobw==", kModernCall, "400 -32020 1"},
          {"base64 that is no UTF-8", kNow, kCall, "=?base64?/w==?=", kModernCall, "400 -32020 1"},
          {"base64 of another name", kNow, kCall, "=?base64?cGF1c2U=?=", kModernCall, "400 -32020 1"},
          {"no name", kNow, kCall, kNone, kModernCall, "400 -32020 1"},
          {"another name", kNow, kCall, "pause", kModernCall, "400 -32020 1"},
          {"a name in another case", kNow, kCall, "Echo", kModernCall, "400 -32020 1"},
          {"no uri in the header", kNow, "resources/read", kNone, read, "400 -32020 1"},
          {"a name only in the header", kNow, kCall, "echo", test::modern("1", kCall), "400 -32020 1"},
          {"no version", kNone, kList, kNone, kModernList, "400 -32020 1"},
          {"no method", kNow, kNone, kNone, kModernList, "400 -32020 1"},
          {"no headers at all", kNone, kNone, kNone, kModernList, "400 -32020 1"},
          {"another method", kNow, kCall, kNone, kModernList, "400 -32020 1"},
          {"a method in another case", kNow, "Tools/List", kNone, kModernList, "400 -32020 1"},
          {"an older version in the header", "2025-11-25", kList, kNone, kModernList, "400 -32020 1"},
          {"an unknown version in the header", "2099-01-01", kList, kNone, kModernList, "400 -32020 1"},
          {"an unknown version in both", "2099-01-01", kList, kNone, future, "400 -32022 1"},
          {"an unknown version in the body alone", kNone, kNone, kNone, future, "400 -32022 1"},
          {"an unknown version against a known header", kNow, kList, kNone, future, "400 -32020 1"},
          {"a legacy version as a claim", "2025-11-25", kList, kNone,
           test::request("1", kList, test::meta("", "2025-11-25")), "400 -32022 1"},
          {"an empty version", kNone, kList, kNone, test::request("1", kList, test::meta("", "")), "400 -32022 1"},
          {"a method that nobody knows", kNow, "no/such", kNone, test::modern("1", "no/such"), "modern"},
          {"a method of the legacy era", kNow, "ping", kNone, test::modern("1", "ping"), "modern"},
          {"initialize with a whole claim", kNow, "initialize", kNone, initialize("2025-11-25", kClaim), "modern"},
      },
      Over::kHttp);
}

TEST_CASE("era: the envelope of a modern request") {
  check_rows(
      {
          {"no _meta", kNow, kList, kNone, kLegacyList, "400 -32602 1"},
          {"no params", kNow, kList, kNone, R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", "400 -32602 1"},
          {"a _meta that is no object", kNow, kList, kNone, test::request("1", kList, R"("_meta":1)"), "400 -32602 1"},
          {"an empty _meta", kNow, kList, kNone, with_meta(""), "400 -32602 1"},
          {"no version", kNow, kList, kNone, with_meta(kCapabilitiesMember), "400 -32602 1"},
          {"a version that is no text", kNow, kList, kNone,
           with_meta(R"("io.modelcontextprotocol/protocolVersion":1,)" + kCapabilitiesMember), "400 -32602 1"},
          {"no capabilities", kNow, kList, kNone, kOnlyVersion, "400 -32602 1"},
          {"no capabilities, and no header", kNone, kNone, kNone, kOnlyVersion, "400 -32602 1"},
          {"capabilities that are a list", kNow, kList, kNone, test::request("1", kList, test::meta("", kNow, "[]")),
           "400 -32602 1"},
          {"a flaw before a difference of headers", "2025-11-25", kCall, kNone, kOnlyVersion, "400 -32602 1"},
          {"a client that says who it is", kNow, kList, kNone,
           with_member(R"(,"io.modelcontextprotocol/clientInfo":{"name":"n","version":"1"})"), "modern"},
          {"a client without a version", kNow, kList, kNone,
           with_member(R"(,"io.modelcontextprotocol/clientInfo":{"name":"n"})"), "400 -32602 1"},
          {"a log level", kNow, kList, kNone, with_member(R"(,"io.modelcontextprotocol/logLevel":"debug")"), "modern"},
          {"a log level that is none", kNow, kList, kNone, with_member(R"(,"io.modelcontextprotocol/logLevel":"loud")"),
           "400 -32602 1"},
          {"a token that is text", kNow, kList, kNone, with_member(R"(,"progressToken":"t")"), "modern"},
          {"a token that is a fraction", kNow, kList, kNone, with_member(R"(,"progressToken":1.5)"), "400 -32602 1"},
          {"a token that is null", kNow, kList, kNone, with_member(R"(,"progressToken":null)"), "400 -32602 1"},
          {"a member that nobody knows", kNow, kList, kNone, with_member(R"(,"com.example/x":1)"), "modern"},
      },
      Over::kHttp);
}

TEST_CASE("era: legacy messages over HTTP") {
  const std::string error = R"({"jsonrpc":"2.0","id":"a","error":{"code":-1,"message":"no"}})";
  check_rows(
      {
          {"initialize of 2024-11-05", kNone, kNone, kNone, initialize("2024-11-05"), "initialize"},
          {"initialize of 2025-03-26", kNone, kNone, kNone, initialize("2025-03-26"), "initialize"},
          {"initialize of 2025-06-18", kNone, kNone, kNone, initialize("2025-06-18"), "initialize"},
          {"initialize of 2025-11-25", "2025-11-25", kNone, kNone, initialize("2025-11-25"), "initialize"},
          {"initialize of the modern version", kNone, kNone, kNone, initialize(kNow), "initialize"},
          {"initialize of no version", kNone, kNone, kNone, test::request("1", "initialize"), "initialize"},
          {"initialize of an unknown version", "1999-01-01", kNone, kNone, initialize("1999-01-01"), "initialize"},
          {"initialize with half a claim", kNone, kNone, kNone, initialize("2025-11-25", kBrokenClaim), "initialize"},
          {"initialize under a modern header", kNow, kNone, kNone, initialize("2025-11-25"), "400 -32020 1"},
          {"the same with half a claim", kNow, kNone, kNone, initialize("2025-11-25", kBrokenClaim), "400 -32020 1"},
          {"a call without a header", kNone, kNone, kNone, kLegacyList, "legacy"},
          {"a call of 2025-06-18", "2025-06-18", kNone, kNone, kLegacyList, "legacy"},
          {"a call of an unknown version", "1999-01-01", kNone, kNone, kLegacyList, "legacy"},
          {"a call whose Mcp-Method differs", "2025-11-25", kCall, kNone, kLegacyList, "legacy"},
          {"a call with a progress token", kNone, kNone, kNone, with_meta(R"("progressToken":1)"), "legacy"},
          {"a _meta that is no object", kNone, kNone, kNone, test::request("1", kList, R"("_meta":1)"), "legacy"},
          {"a response", kNone, kNone, kNone, kResponse, "legacy"},
          {"an error response", "2025-11-25", kNone, kNone, error, "legacy"},
          {"a response under a modern header", kNow, kNone, kNone, kResponse, "400 -32600 no id"},
          {"an error response under a modern header", kNow, kNone, kNone, error, "400 -32600 no id"},
          {"null", kNone, kNone, kNone, "null", "400 -32600 no id"},
          {"a text", kNone, kNone, kNone, R"("ping")", "400 -32600 no id"},
          {"an object that is no message", kNone, kNone, kNone, R"({"hello":1})", "400 -32600 no id"},
          {"a call with an id of null", kNone, kNone, kNone, test::request("null", kList), "400 -32600 no id"},
          {"a call of JSON-RPC 1", kNone, kNone, kNone, R"({"jsonrpc":"1.0","id":7,"method":"ping"})", "400 -32600 7"},
      },
      Over::kHttp);
}

TEST_CASE("era: notifications") {
  const std::string plain = test::cancelled("1");
  const std::string claims = test::notification("notifications/cancelled", R"("requestId":1)" + kClaim);
  const std::string odd =
      test::notification("notifications/cancelled", R"("_meta":{"io.modelcontextprotocol/protocolVersion":1})");
  constexpr std::string_view kMethod = "notifications/cancelled";
  check_rows(
      {
          {"a legacy one", kNone, kNone, kNone, plain, "legacy"},
          {"a legacy one with its version", "2025-11-25", kNone, kNone, plain, "legacy"},
          {"under a modern header", kNow, kNone, kNone, plain, "notification"},
          {"with the method", kNow, kMethod, kNone, plain, "notification"},
          {"with another method", kNow, kList, kNone, plain, "400 -32020 no id"},
          {"with a claim alone", kNone, kNone, kNone, claims, "notification"},
          {"with a claim and its header", kNow, kMethod, kNone, claims, "notification"},
          {"with a claim against the header", "2025-11-25", kMethod, kNone, claims, "400 -32020 no id"},
          {"of a version that nobody knows", kNone, kNone, kNone,
           test::notification("notifications/cancelled",
                              R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"})"),
           "400 -32022 no id"},
          {"of an older version, in the way of this one", kNone, kNone, kNone,
           test::notification("notifications/cancelled",
                              R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25"})"),
           "400 -32022 no id"},
          {"with a claim that is no text", kNow, kMethod, kNone, odd, "400 -32020 no id"},
      },
      Over::kHttp);
}

TEST_CASE("era: batches") {
  const auto many = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += (text.empty() ? "" : ",") + test::request(std::to_string(i), "ping");
    return '[' + text + ']';
  };
  const std::string claims = test::notification("notifications/x", test::meta());
  check_rows(
      {
          {"of nothing", kNone, kNone, kNone, "[]", "400 -32600 no id"},
          {"of one", kNone, kNone, kNone, '[' + kLegacyList + ']', "batch of 1"},
          {"of each kind", kNone, kNone, kNone, '[' + kLegacyList + ',' + kResponse + ',' + test::cancelled("1") + ']',
           "batch of 3"},
          {"as many as may be", kNone, kNone, kNone, many(50), "batch of 50"},
          {"one more", kNone, kNone, kNone, many(51), "400 -32600 no id"},
          {"under a modern header", kNow, kNone, kNone, '[' + kLegacyList + ']', "400 -32600 no id"},
          {"with a modern request", kNone, kNone, kNone, '[' + kLegacyList + ',' + kModernList + ']',
           "400 -32600 no id"},
          {"with a modern notification", kNone, kNone, kNone, '[' + claims + ']', "400 -32600 no id"},
          {"with initialize", kNone, kNone, kNone, '[' + initialize("2025-03-26") + ']', "400 -32600 1"},
          {"with a number", kNone, kNone, kNone, '[' + kLegacyList + ",1]", "batch of 1"},
          {"in a batch", kNone, kNone, kNone, "[[" + kLegacyList + "]]", "batch of 0"},
      },
      Over::kHttp);
}

TEST_CASE("era: lines have no headers, so nothing asks for them") {
  check_rows(
      {
          {"a modern list", kNone, kNone, kNone, kModernList, "modern"},
          {"a modern call", kNone, kNone, kNone, kModernCall, "modern"},
          {"an unknown version", kNone, kNone, kNone, test::request("1", kList, test::meta("", "2099-01-01")),
           "400 -32022 1"},
          {"no capabilities", kNone, kNone, kNone, kOnlyVersion, "400 -32602 1"},
          {"a legacy list", kNone, kNone, kNone, kLegacyList, "legacy"},
          {"initialize", kNone, kNone, kNone, initialize("2025-11-25"), "initialize"},
          {"initialize with a claim", kNone, kNone, kNone, initialize("2025-11-25", kClaim), "modern"},
          {"a response", kNone, kNone, kNone, kResponse, "legacy"},
          {"a notification", kNone, kNone, kNone, test::cancelled("1"), "legacy"},
          {"a modern notification", kNone, kNone, kNone, test::notification("notifications/x", test::meta()),
           "notification"},
          {"a batch", kNone, kNone, kNone, '[' + kLegacyList + ']', "batch of 1"},
          {"a batch with a modern request", kNone, kNone, kNone, '[' + kModernList + ']', "400 -32600 no id"},
      },
      Over::kLines);
}

TEST_CASE("era: GET and DELETE belong to the legacy era, everything else but POST to none") {
  using http::Method;
  const auto is = [](Method method, Text version) -> std::string {
    const auto classified = mcp::classify_method({method, version, kNone, kNone});
    if (!classified) return "read the body";
    if (std::holds_alternative<mcp::OpenStream>(*classified)) return "open";
    if (std::holds_alternative<mcp::EndSession>(*classified)) return "end";
    const auto* refusal = std::get_if<mcp::Refusal>(&*classified);
    return refusal == nullptr ? "something else" : std::to_string(refusal->http_status);
  };
  CHECK(is(Method::kPost, kNow) == "read the body");
  CHECK(is(Method::kPost, kNone) == "read the body");
  CHECK(is(Method::kGet, kNone) == "open");
  CHECK(is(Method::kGet, "2025-06-18") == "open");
  CHECK(is(Method::kDelete, kNone) == "end");
  CHECK(is(Method::kGet, kNow) == "405");
  CHECK(is(Method::kDelete, kNow) == "405");
  for (const Method method : {Method::kHead, Method::kPut, Method::kOptions, Method::kPatch, Method::kOther}) {
    CHECK(is(method, kNone) == "405");
  }
}

TEST_CASE("era: a header that comes twice is refused whatever it says, in any case of its name") {
  http::Request request;
  request.method = http::Method::kPost;
  for (const std::string name : {"MCP-Protocol-Version", "mcp-method", "MCP-NAME"}) {
    request.headers = {{name, "x"}, {"Other", "y"}, {"Mcp-Session-Id", "z"}};
    CHECK_FALSE(mcp::view_of(request).repeated);
    request.headers.add(name, "x");
    const HttpView view = mcp::view_of(request);
    REQUIRE(view.repeated);
    CHECK(outcome(Over::kHttp, view, kLegacyList) == "400 -32020 no id");
    CHECK(outcome(Over::kHttp, view, kModernList) == "400 -32020 no id");
  }
  request.headers = {{"mcp-protocol-version", " \t2026-07-28 "}, {"MCP-METHOD", "tools/list "}, {"Mcp-Name", ""}};
  const HttpView view = mcp::view_of(request);
  CHECK(view.version == kNow);
  CHECK(view.rpc_method == kList);
  CHECK(view.name == "");
}

TEST_CASE("era: a refusal says what would be right") {
  const auto refusal_of = [](const HttpView& http, std::string_view body) {
    const Classified is = mcp::classify(http, test::parsed(body));
    if (const auto* modern = std::get_if<mcp::ModernCall>(&is)) return mcp::find_refusal(&http, *modern).value().error;
    return std::get<mcp::Refusal>(is).error;
  };
  const HttpView only_version{http::Method::kPost, kNow, kNone, kNone};
  const auto version = refusal_of({}, test::request("1", kList, test::meta("", "2099-01-01")));
  CHECK(version.data == test::parsed(R"({"supported":["2026-07-28"],"requested":"2099-01-01"})"));
  const auto missing = refusal_of(only_version, with_meta(""));
  CHECK(test::inside(*missing.data, "envelope/missing") ==
        test::parsed(R"(["io.modelcontextprotocol/protocolVersion","io.modelcontextprotocol/clientCapabilities"])"));
  const auto invalid = refusal_of(only_version, with_member(R"(,"progressToken":[])"));
  CHECK(*invalid.data == test::parsed(R"({"envelope":{"invalid":["progressToken"]}})"));
  const auto absent = refusal_of(only_version, kModernList);
  CHECK(*absent.data == test::parsed(R"x({"mismatch":{"header":"(missing)","body":"tools/list"}})x"));
  CHECK(absent.message.find("Mcp-Method") != std::string::npos);
  const auto other = refusal_of({http::Method::kPost, kNow, kCall, "pause"}, kModernCall);
  CHECK(*other.data == test::parsed(R"({"mismatch":{"header":"pause","body":"echo"}})"));
}

TEST_CASE("era: the envelope is taken as it was written") {
  const std::string body = test::request(
      "1", kList,
      test::meta(R"(,"io.modelcontextprotocol/logLevel":"error","progressToken":7)", kNow, R"({"roots":{}})"));
  const Classified is = mcp::classify_line(test::parsed(body));
  const auto* modern = std::get_if<mcp::ModernCall>(&is);
  REQUIRE(modern != nullptr);
  CHECK(modern->envelope.version == kNow);
  CHECK(modern->envelope.client_capabilities == json::Object{{"roots", json::Object{}}});
  CHECK(modern->envelope.log_level == mcp::Severity::kError);
  CHECK(modern->envelope.progress_token == json::Value(7));
  CHECK(modern->call.method == kList);
  CHECK(modern->call.id == mcp::Id(int64_t{1}));
}
