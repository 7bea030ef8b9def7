// What a POST must say of itself (IV-12): that it is JSON in UTF-8, and that its client takes both kinds of answer.
// Nothing runs for any other.
#include <string>
#include <string_view>
#include <utility>

#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

struct World {
  test::ManualLoop loop;
  tests::HttpWorld http{loop};

  // `value` is that of the field; without one it is left out.
  int status(http::Headers headers, const std::string& name, const char* value, std::string body) {
    headers.erase(name);
    if (value != nullptr) headers.add(name, value);
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer alice");
    return loop.run(http.handler.handle(std::move(request))).status;
  }
  // In the modern era, and for a handshake and a call of the older one.
  void expect(const std::string& name, const char* value, int wanted) {
    CAPTURE(name);
    CAPTURE((value == nullptr ? "(none)" : value));
    CHECK(status(tests::modern_headers(), name, value, tests::echo_body("x")) == wanted);
    CHECK(status(tests::post_headers(), name, value, std::string(tests::kInitialize)) == wanted);
    const int in_session = status(tests::session_headers("no-such"), name, value, tests::legacy_echo_body("x"));
    CHECK(in_session == (wanted == 200 ? 404 : wanted));
  }
};

}  // namespace

TEST_CASE("IV-12: a client accepts JSON and event streams, both") {
  World world;
  for (const char* value : {"application/json, text/event-stream", "text/event-stream,application/json;q=0.5", "*/*",
                            "Application/JSON, Text/Event-Stream", "application/*, text/*"}) {
    world.expect("Accept", value, 200);
  }
  world.http.runs = 0;
  for (const char* value : {static_cast<const char*>(nullptr), "", "application/json", "text/event-stream", "text/html",
                            "application/json, text/event-stream;q=0", "application/jsonx, text/event-streams"}) {
    world.expect("Accept", value, 406);
  }
  CHECK(world.http.runs == 0);
}

TEST_CASE("IV-12: a body is JSON in UTF-8") {
  World world;
  for (const char* value :
       {"application/json", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\""}) {
    world.expect("Content-Type", value, 200);
  }
  world.http.runs = 0;
  for (const char* value : {static_cast<const char*>(nullptr), "", "text/plain", "application/x-www-form-urlencoded",
                            "multipart/form-data; boundary=b", "text/plain; application/json", "application/jsonx",
                            "application/json; charset=utf-16", "application/json; charset=iso-8859-1"}) {
    world.expect("Content-Type", value, 415);
  }
  CHECK(world.http.runs == 0);
}
