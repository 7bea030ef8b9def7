#include "mcp/message.h"

#include <fmt/format.h>
#include <string>
#include <vector>

#include "json/write.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using mcp::Call;
using mcp::Id;
using mcp::Notification;
using mcp::Response;

// What a text is read as: "call 1 ping {}", "notification m {}", "result 1 {}", "error 1 -5 no", or the refusal's code
// and id.
std::string read(std::string_view text) {
  const auto refused = [](const mcp::Malformed& malformed) {
    CHECK_FALSE(malformed.error.message.empty());
    return fmt::format("{} {}", malformed.error.code,
                       malformed.id ? json::write(mcp::to_json(*malformed.id)) : "no id");
  };
  auto body = mcp::parse_body(text);
  if (!body) return refused(body.error());
  auto message = mcp::decode(*std::move(body));
  if (!message) return refused(message.error());
  const auto id_text = [](const Id& id) { return json::write(mcp::to_json(id)); };
  if (const auto* call = std::get_if<Call>(&*message)) {
    return fmt::format("call {} {} {}", id_text(call->id), call->method, json::write(call->params));
  }
  if (const auto* notification = std::get_if<Notification>(&*message)) {
    return fmt::format("notification {} {}", notification->method, json::write(notification->params));
  }
  const auto& response = std::get<Response>(*message);
  if (response.outcome) return fmt::format("result {} {}", id_text(response.id), json::write(*response.outcome));
  return fmt::format("error {} {} {}", id_text(response.id), response.outcome.error().code,
                     response.outcome.error().message);
}

struct Row {
  std::string text;
  std::string_view expected;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read(row.text) == row.expected);
  }
}

std::string message(std::string_view members) { return fmt::format(R"({{"jsonrpc":"2.0",{}}})", members); }

}  // namespace

TEST_CASE("message: an id is a string or an integer, and stays what it is") {
  const auto with_id = [](std::string_view id) { return message(fmt::format(R"("id":{},"method":"m")", id)); };
  check_rows({
      {with_id("0"), "call 0 m {}"},
      {with_id("-1"), "call -1 m {}"},
      {with_id("9223372036854775807"), "call 9223372036854775807 m {}"},
      {with_id("-9223372036854775808"), "call -9223372036854775808 m {}"},
      {with_id(R"("1")"), R"(call "1" m {})"},
      {with_id(R"("")"), R"(call "" m {})"},
      {with_id(R"("\u0000\n\"é")"), R"(call "\u0000\n\"é" m {})"},
      {with_id("null"), "-32600 no id"},
      {with_id("1.0"), "call 1 m {}"},
      {with_id("-0.0"), "call 0 m {}"},
      {with_id("9007199254740991.0"), "call 9007199254740991 m {}"},
      // The nearest double of this one and of the one after it.
      {with_id("9007199254740992.0"), "-32600 no id"},
      {with_id("1e300"), "-32600 no id"},
      {with_id("1.5"), "-32600 no id"},
      {with_id("1e3"), "call 1000 m {}"},
      {with_id("true"), "-32600 no id"},
      {with_id("[1]"), "-32600 no id"},
      {with_id("{}"), "-32600 no id"},
      // Neither a 64-bit integer nor its nearest double: the answer would go to another request.
      {with_id("9223372036854775808"), "-32700 no id"},
      {with_id("123456789012345678901234567890"), "-32700 no id"},
  });
  CHECK(Id(int64_t{1}) != Id(std::string("1")));
}

TEST_CASE("message: requests and notifications") {
  check_rows({
      {message(R"("id":1,"method":"m")"), "call 1 m {}"},
      {message(R"("id":1,"method":"m","params":{"a":[1]})"), R"(call 1 m {"a":[1]})"},
      {R"({"method":"m","params":{},"id":"x","jsonrpc":"2.0"})", R"(call "x" m {})"},
      {message(R"("method":"m")"), "notification m {}"},
      {message(R"("method":"m","params":{"a":1})"), R"(notification m {"a":1})"},
      // Members that JSON-RPC does not know are left alone.
      {message(R"("id":1,"method":"m","trace":"x")"), "call 1 m {}"},
      {message(R"("id":1)"), "-32600 1"},
      {message(R"("a":1)"), "-32600 no id"},
      {message(R"("id":1,"method":7)"), "-32600 1"},
      {message(R"("id":1,"method":null)"), "-32600 1"},
      {message(R"("id":1,"method":"")"), "-32600 1"},
      {message(R"("id":"a","method":"m","params":[1])"), R"(-32600 "a")"},
      {message(R"("id":1,"method":"m","params":null)"), "-32600 1"},
      {message(R"("id":1,"method":"m","params":"x")"), "-32600 1"},
      {message(R"("method":"m","params":[])"), "-32600 no id"},
      {message(R"("id":1,"method":"m","result":{})"), "-32600 1"},
      {message(R"("id":1,"method":"m","error":{"code":1,"message":"x"})"), "-32600 1"},
      {R"({"id":1,"method":"m"})", "-32600 1"},
      {R"({"jsonrpc":"1.0","id":1,"method":"m"})", "-32600 1"},
      {R"({"jsonrpc":2.0,"id":1,"method":"m"})", "-32600 1"},
      {R"({"jsonrpc":null,"id":1,"method":"m"})", "-32600 1"},
      {"1", "-32600 no id"},
      {"[]", "-32600 no id"},
      {"null", "-32600 no id"},
      {R"("m")", "-32600 no id"},
  });
}

TEST_CASE("message: responses have either a result or an error") {
  check_rows({
      {message(R"("id":1,"result":{"a":1})"), R"(result 1 {"a":1})"},
      {message(R"("id":1,"result":null)"), "result 1 null"},
      {message(R"("id":"a","error":{"code":-5,"message":"no"})"), R"(error "a" -5 no)"},
      {message(R"("id":1,"error":{"code":-5})"), "error 1 -5 "},
      // A code beyond an int is cut, not wrapped round to another meaning.
      {message(R"("id":1,"error":{"code":4294934595,"message":"x"})"), "error 1 2147483647 x"},
      {message(R"("id":1,"error":{"code":-9999999999,"message":"x"})"), "error 1 -2147483648 x"},
      {message(R"("id":1,"result":{},"error":{"code":1,"message":"x"})"), "-32600 no id"},
      {message(R"("result":{})"), "-32600 no id"},
      {message(R"("id":null,"result":{})"), "-32600 no id"},
      {message(R"("id":1,"error":"no")"), "-32600 no id"},
      {message(R"("id":1,"error":null)"), "-32600 no id"},
      {message(R"("id":1,"error":{"message":"x"})"), "-32600 no id"},
      {message(R"("id":1,"error":{"code":1.5,"message":"x"})"), "-32600 no id"},
      {message(R"("id":1,"error":{"code":"1","message":"x"})"), "-32600 no id"},
  });
}

TEST_CASE("message: a name in another case is refused where we would read it, and nowhere else") {
  check_rows({
      {R"({"JSONRPC":"2.0","id":1,"method":"m"})", "-32600 1"},
      {message(R"("id":1,"Method":"m")"), "-32600 1"},
      {message(R"("id":1,"method":"m","METHOD":"n")"), "-32600 1"},
      {message(R"("Id":2,"id":1,"method":"m")"), "-32600 1"},
      {message(R"("ID":1,"method":"m")"), "-32600 no id"},
      {message(R"("id":1,"method":"m","Params":{})"), "-32600 1"},
      {message(R"("id":1,"Result":{})"), "-32600 1"},
      {message(R"("id":1,"method":"m","params":{"name":"a","Name":"b"})"), "-32600 1"},
      {message(R"("id":1,"method":"m","params":{"_META":{}})"), "-32600 1"},
      {message(R"("method":"m","params":{"requestid":1})"), "-32600 no id"},
      {message(R"("id":1,"method":"m","params":{"_meta":{"ProgressToken":1}})"), "-32600 1"},
      {message(R"("id":1,"method":"m","params":{"_meta":{"IO.modelcontextprotocol/protocolVersion":"x"}})"),
       "-32600 1"},
      {message(R"("id":1,"method":"m","params":{"arguments":{"Name":1,"ID":2}})"),
       R"(call 1 m {"arguments":{"Name":1,"ID":2}})"},
      {message(R"("id":1,"method":"m","params":{"Method":"x"})"), R"(call 1 m {"Method":"x"})"},
  });
}

TEST_CASE("message: text that is no JSON, or more of it than may be, is a parse error without an id") {
  const auto nested = [](size_t depth) {
    return message(R"("id":1,"method":"m","params":{"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}");
  };
  // The message and its params are two levels of their own.
  CHECK(read(nested(30)).starts_with("call 1 m"));
  check_rows({
      {nested(31), "-32700 no id"},
      {nested(100'000), "-32700 no id"},
      {"", "-32700 no id"},
      {"{", "-32700 no id"},
      {message(R"("id":1,"method":"m")") + "x", "-32700 no id"},
      {message(R"("id":1,"method":"m")") + message(R"("id":2,"method":"m")"), "-32700 no id"},
      {message(R"("id":1,"id":2,"method":"m")"), "-32700 no id"},
      {message(R"("id":1,"method":"m","method":"n")"), "-32700 no id"},
      {message(R"("id":1,"method":"m","params":{"a":1,"\u0061":2})"), "-32700 no id"},
      {"\xEF\xBB\xBF" + message(R"("id":1,"method":"m")"), "-32700 no id"},
      {message("\"id\":1,\"method\":\"\xC3\x28\""), "-32700 no id"},
  });
  const auto small = mcp::parse_body(message(R"("id":1,"method":"m")"), {.bytes_max = 10});
  REQUIRE_FALSE(small);
  CHECK(small.error().error.code == mcp::code::kParseError);
  const auto echo = mcp::parse_body(R"({"jsonrpc":"2.0","token":"not-a-real-secret",})");
  REQUIRE_FALSE(echo);
  CHECK(echo.error().error.message.find("not-a-real-secret") == std::string::npos);
}

TEST_CASE("message: what is written reads back as the same, and stands on one line") {
  const std::vector<Id> ids{int64_t{0}, INT64_MAX, INT64_MIN, std::string(), std::string("a\n\"\\é")};
  const json::Object content{{"a", "x\ny\r\n"}, {"b", json::Array{1, 2.5, nullptr}}};
  for (const Id& id : ids) {
    const std::string id_text = json::write(mcp::to_json(id));
    CAPTURE(id_text);
    const std::string result = mcp::encode_result(id, content);
    CHECK(read(result) == fmt::format("result {} {}", id_text, json::write(content)));
    CHECK(read(mcp::encode_call(id, "m", content)) == fmt::format("call {} m {}", id_text, json::write(content)));
    CHECK(read(mcp::encode_error(id, {-7, "no\n", {}})) == fmt::format("error {} -7 no\n", id_text));
    CHECK(result.find('\n') == std::string::npos);
    // The quick way writes the same bytes.
    CHECK(mcp::encode_result_with(id, R"("x":1,)", content, R"(,"y":2)") ==
          mcp::encode_result(id, {{"x", 1}, {"a", "x\ny\r\n"}, {"b", json::Array{1, 2.5, nullptr}}, {"y", 2}}));
  }
  CHECK(mcp::encode_error(std::nullopt, {-32700, "x", {}}) ==
        R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}})");
  CHECK(mcp::encode_error(std::nullopt, {-32700, "x", {}}, mcp::UnknownId::kNull) ==
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})");
  CHECK(mcp::encode_error(Id(int64_t{1}), {-1, "x", json::Value(json::Object{{"a", 1}})}) ==
        R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x","data":{"a":1}}})");
  CHECK(mcp::encode_notification("m", {}) == R"({"jsonrpc":"2.0","method":"m"})");
  CHECK(mcp::encode_notification("m", {{"a", 1}}) == R"({"jsonrpc":"2.0","method":"m","params":{"a":1}})");
}
