// Which text a variable of a URI template stands for, and which it never does.
#include <map>
#include <string>

#include "mcp/resource.h"

#include "tests/test.h"

TEST_CASE("resource match: a variable stands for the text of one segment, decoded") {
  const std::pair<const char*, const char*> rows[] = {
      {"test://template/123", "123"},       {"test://template/a%20b", "a b"}, {"test://template/a.b", "a.b"},
      {"test://template/...", "..."},       {"test://template/a..b", "a..b"}, {"test://template/%C3%A9", "é"},
      {"test://template/é", "é"},           {"test://template/a:b@c", "a:b@c"}, {"test://template/%25", "%"},
  };
  for (const auto& [uri, value] : rows) {
    CAPTURE(uri);
    const auto variables = mcp::match("test://template/{id}", uri);
    REQUIRE(variables);
    CHECK(variables->at("id") == value);
  }
}

TEST_CASE("resource match: no variable stands for a dot segment, a slash, or what may not stand in a URI") {
  for (const char* uri :
       {"test://template/", "test://template/..", "test://template/.", "test://template/%2e%2e", "test://template/%2E.",
        "test://template/a b", "test://template/a\"b", "test://template/<x>", "test://template/a\\b",
        "test://template/a^b", "test://template/`", "test://template/{id}", "test://template/a|b",
        "test://template/a/b", "test://template/a%2Fb", "test://template/a%00b", "test://template/%",
        "test://template/%zz", "test://template/%ff"}) {
    CAPTURE(uri);
    CHECK_FALSE(mcp::match("test://template/{id}", uri));
  }
  CHECK_FALSE(mcp::match("test://{a}/{b}", "test://../x"));
}
