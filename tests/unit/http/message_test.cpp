#include "http/message.h"

#include <string>

#include "http/interfaces.h"
#include "tests/support/manual_loop.h"
#include "tests/test.h"

using http::Headers;
using http::Method;

TEST_CASE("Methods have one spelling") {
  for (const Method method : {Method::kGet, Method::kHead, Method::kPost, Method::kPut, Method::kDelete,
                              Method::kOptions, Method::kPatch}) {
    CHECK(http::parse_method(http::method_name(method)) == method);
  }
  CHECK(http::method_name(Method::kPost) == "POST");
  for (const std::string_view other : {"get", "", "TRACE", "CONNECT", "GET ", "OTHER"}) {
    CAPTURE(other);
    CHECK(http::parse_method(other) == Method::kOther);
  }
}

TEST_CASE("Header names compare without case; lines keep their order") {
  Headers headers{{"Accept", "text/html"}, {"X-A", "1"}, {"accept", "application/json"}};
  CHECK(headers.find("ACCEPT") == "text/html");
  CHECK(headers.count("accept") == 2);
  CHECK_FALSE(headers.find("Accept-Language").has_value());
  headers.set("ACCEPT", "*/*");
  CHECK(headers.count("accept") == 1);
  CHECK(headers.find("Accept") == "*/*");
  headers.add("x-a", "2");
  CHECK(headers.find("X-A") == "1");
  headers.erase("X-a");
  CHECK(headers.count("x-a") == 0);
  headers.erase("Accept");
  CHECK(headers.empty());
}

TEST_CASE("Every status has words for its line") {
  CHECK(http::reason_phrase(200) == "OK");
  CHECK(http::reason_phrase(100) == "Continue");
  CHECK(http::reason_phrase(504) == "Gateway Timeout");
  CHECK(http::reason_phrase(429) == "Too Many Requests");
  CHECK(http::reason_phrase(501) == "Not Implemented");
  CHECK(http::reason_phrase(505) == "HTTP Version Not Supported");
  CHECK(http::reason_phrase(299) == "Unknown");
  CHECK(http::reason_phrase(0) == "Unknown");
  CHECK(http::reason_phrase(999) == "Unknown");
}

TEST_CASE("A handler can be called as a client") {
  class Echo final : public http::Handler {
   public:
    base::Task<http::Response> handle(http::Request request) override {
      http::Response response;
      response.status = 418;
      response.body = std::string(http::method_name(request.method)) + " " + request.target + " " + request.body;
      co_return response;
    }
  };
  Echo echo;
  http::HandlerClient client(echo);
  http::Request request;
  request.method = Method::kPut;
  request.target = "/x?y";
  request.body = "body";
  test::ManualLoop loop;
  const auto response = loop.run(client.send(std::move(request)));
  REQUIRE(response.has_value());
  CHECK(response->status == 418);
  CHECK(response->body == "PUT /x?y body");
}
