#include "mcp/header_params.h"

#include <fmt/format.h>
#include <string>
#include <vector>

#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using Headers = http::Headers;

std::vector<mcp::HeaderParam> params_of(std::string_view properties) {
  auto params =
      mcp::find_header_params(test::parsed(fmt::format(R"({{"type":"object","properties":{}}})", properties)).object());
  REQUIRE(params);
  return *std::move(params);
}

// 0 when the headers and the arguments agree.
int code_for(const std::vector<mcp::HeaderParam>& params, std::string_view arguments, const Headers& headers) {
  const json::Value value = test::parsed(arguments);
  const auto error = mcp::find_header_param_error(params, &value, headers);
  return error ? error->code : 0;
}

}  // namespace

TEST_CASE("header params: annotations are found along properties, in the order of the schema") {
  const auto params =
      params_of(R"({"market":{"type":"string","x-mcp-header":"Market"},"plain":{"type":"string"},)"
                R"("deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}}})");
  REQUIRE(params.size() == 2);
  CHECK(params[0].header == "Mcp-Param-Market");
  CHECK(params[0].path == std::vector<std::string>{"market"});
  CHECK(params[1].header == "Mcp-Param-N");
  CHECK(params[1].path == std::vector<std::string>{"deep", "n"});
}

TEST_CASE("header params: an annotation that a header cannot carry is a flaw of the tool") {
  for (const std::string_view schema : {
           R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"a b"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"a:b"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"a\r\nb"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"é"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":1}}})",
           R"({"properties":{"a":{"type":"number","x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"type":"array","x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"type":["string"],"x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}})",
           R"({"properties":{"a":{"items":{"type":"string","x-mcp-header":"A"}}}})",
           R"({"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})",
           R"({"$defs":{"a":{"type":"string","x-mcp-header":"A"}}})",
       }) {
    CAPTURE(schema);
    CHECK_FALSE(mcp::find_header_params(test::parsed(schema).object()));
  }
}

TEST_CASE("header params: the header and the argument say the same, or the request is refused") {
  const auto params =
      params_of(R"({"s":{"type":"string","x-mcp-header":"S"},"i":{"type":"integer","x-mcp-header":"I"},)"
                R"("b":{"type":"boolean","x-mcp-header":"B"}})");
  struct Row {
    std::string_view arguments;
    Headers headers;
    bool agree;
  };
  const std::vector<Row> rows{
      {"{}", {}, true},
      {"{}", {{"Mcp-Param-Other", "x"}}, true},
      {R"({"s":null})", {}, true},
      {R"({"s":"a"})", {{"Mcp-Param-S", "a"}}, true},
      {R"({"s":"a"})", {{"mcp-param-s", " a "}}, true},
      {R"({"s":"é"})", {{"Mcp-Param-S", "=?base64?w6k=?="}}, true},
      {R"({"s":""})", {{"Mcp-Param-S", ""}}, true},
      {R"({"i":5})", {{"Mcp-Param-I", "5"}}, true},
      {R"({"i":-5})", {{"Mcp-Param-I", "-5"}}, true},
      {R"({"b":true})", {{"Mcp-Param-B", "true"}}, true},
      {R"({"b":false,"i":1,"s":"x"})", {{"Mcp-Param-S", "x"}, {"Mcp-Param-B", "false"}, {"Mcp-Param-I", "1"}}, true},
      {R"({"s":"a"})", {}, false},
      {"{}", {{"Mcp-Param-S", "a"}}, false},
      {R"({"s":null})", {{"Mcp-Param-S", "null"}}, false},
      {R"({"s":"a"})", {{"Mcp-Param-S", "A"}}, false},
      {R"({"s":"a"})", {{"Mcp-Param-S", "a"}, {"Mcp-Param-S", "a"}}, false},
      {R"({"s":"a"})", {{"Mcp-Param-S", "=?base64?!?="}}, false},
      {R"({"s":"a"})", {{"Mcp-Param-S", "=?base64?Yg==?="}}, false},
      {R"({"i":5})", {{"Mcp-Param-I", "6"}}, false},
      {R"({"i":5})", {{"Mcp-Param-I", "5x"}}, false},
      {R"({"i":5})", {{"Mcp-Param-I", ""}}, false},
      {R"({"i":5})", {{"Mcp-Param-I", "99999999999999999999"}}, false},
      {R"({"b":true})", {{"Mcp-Param-B", "True"}}, false},
      {R"({"b":true})", {{"Mcp-Param-B", "1"}}, false},
      // Another kind than the schema says never agrees, but for a whole number that is written with a point.
      {R"({"i":42.0})", {{"Mcp-Param-I", "42"}}, true},
      {R"({"i":42.0})", {{"Mcp-Param-I", "7"}}, false},
      {R"({"i":7.5})", {{"Mcp-Param-I", "7"}}, false},
      {R"({"s":7.5})", {{"Mcp-Param-S", "eu"}}, false},
      {R"({"s":["us"]})", {{"Mcp-Param-S", "us"}}, false},
      {R"({"s":{"a":1}})", {{"Mcp-Param-S", "us"}}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    CHECK(code_for(params, row.arguments, row.headers) == (row.agree ? 0 : mcp::code::kHeaderMismatch));
  }
  CHECK_FALSE(mcp::find_header_param_error(params, nullptr, {}));
  CHECK(mcp::find_header_param_error(params, nullptr, {{"Mcp-Param-S", "a"}}));
}

TEST_CASE("header params: the server compares those of the tool that is called, and of no other method") {
  test::World world;
  mcp::Tool tool{.info = {.name = "routed", .title = "", .description = "A tool.", .effect = mcp::Effect::kRead},
                 .input_schema = test::parsed(R"({"type":"object","properties":{"r":{"type":"string",)"
                                              R"("x-mcp-header":"Region"}}})")
                                     .object(),
                 .output_schema = {},
                 .call = [](mcp::CallContext&, json::Value) {
                   return mcp::detail::refuse({base::Code::kForbidden, "No.", {}, {}});
                 }};
  world.server.add(std::move(tool));
  const Headers west{{"Mcp-Param-Region", "west"}};
  const auto differs = [&](std::string_view text) {
    return world.server.find_header_error(world.decode_call(text), {}, west).has_value();
  };
  CHECK_FALSE(differs(test::call("1", "routed", R"({"r":"west"})")));
  CHECK(differs(test::call("1", "routed", R"({"r":"east"})")));
  CHECK(differs(test::call("1", "routed")));
  CHECK(differs(test::request("1", "tools/call", R"("name":"routed")")));
  CHECK_FALSE(differs(test::call("1", "echo")));
  CHECK_FALSE(differs(test::call("1", "no_such")));
  CHECK_FALSE(differs(test::request("1", "prompts/get", R"("name":"routed")")));
  CHECK_FALSE(differs(test::request("1", "tools/call", R"("name":1)")));
}

namespace {

mcp::Tool routed() {
  return {.info = {.name = "routed", .title = "", .description = "A tool.", .effect = mcp::Effect::kRead},
          .input_schema = test::parsed(R"({"type":"object","properties":{)"
                                       R"("r":{"type":"string","x-mcp-header":"Region"},)"
                                       R"("o":{"type":"object","properties":{"n":{"type":"integer",)"
                                       R"("x-mcp-header":"Number"}}}}})")
                              .object(),
          .output_schema = {},
          .call = [](mcp::CallContext&, json::Value) {
            return mcp::detail::refuse({base::Code::kForbidden, "No.", {}, {}});
          }};
}

}  // namespace

TEST_CASE("header params: a refusal does not tell of a tool that its caller may not see") {
  auto options = test::World::default_options();
  options.visible = [](const mcp::Tool&, const mcp::Principal& principal) { return principal.id == "user-a"; };
  test::World world(std::move(options));
  world.server.add(routed());
  const auto refused = [&](std::string user) {
    const auto call = world.decode_call(test::call("1", "routed", R"({"r":"east"})"));
    return world.server.find_header_error(call, {std::move(user)}, {{"Mcp-Param-Region", "west"}}).has_value();
  };
  CHECK(refused("user-a"));
  CHECK_FALSE(refused("user-b"));
}

TEST_CASE("header params: only 2026-07-28 is told of them") {
  for (const mcp::Revision revision : mcp::kAllRevisions) {
    const std::string told = json::write(mcp::describe(routed(), revision));
    CAPTURE(mcp::revision_name(revision));
    CHECK(told.contains("x-mcp-header") == (mcp::era_of(revision) == mcp::Era::kModern));
    CHECK(told.contains(R"("type":"integer")"));
  }
}
