// Fault plans: when a rule acts, what each kind does, and how a client sees dropped connections.
#include "sim/spotify/faults.h"

#include "sim/spotify/controls.h"
#include "sim/spotify/fault_effects.h"
#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;
using spotify::FaultKind;

namespace {

base::Result<http::Response> through_client(Harness& harness, http::Method method, std::string_view path) {
  spotify::FaultyClient client(harness.simulator);
  http::Request request;
  request.method = method;
  request.target = "/v1" + std::string(path);
  request.authorization = base::Secret("Bearer " + harness.token);
  return harness.loop.run(client.send(std::move(request)));
}

Reply with_fault(Harness& harness, spotify::FaultRule rule, std::string_view path = "/me") {
  harness.simulator.set_faults(spotify::FaultPlan({std::move(rule)}));
  Reply reply = harness.get(path);
  // A rule acts once unless it says otherwise.
  CHECK(harness.get("/me/player").status == 200);
  return reply;
}

bool is_playing(Harness& harness) { return harness.simulator.user().player.is_playing(); }

}  // namespace

TEST_CASE("a rule skips, acts and is spent") {
  spotify::FaultPlan plan({{.kind = FaultKind::kStatus, .method = "GET", .path = "/me/player", .skip = 1, .times = 2}});
  CHECK(plan.next("GET", "/me/player") == nullptr);
  CHECK(plan.next("POST", "/me/player") == nullptr);
  CHECK(plan.next("GET", "/me/player/devices") != nullptr);
  CHECK(plan.next("GET", "/v1/me/player") != nullptr);
  CHECK(plan.next("GET", "/me/player") == nullptr);
}

TEST_CASE("a dollar makes a path exact, an empty rule matches all, the first due rule decides") {
  spotify::FaultPlan exact({{.path = "/v1/me/player$", .times = 9}});
  CHECK(exact.next("GET", "/me/player/devices") == nullptr);
  CHECK(exact.next("PUT", "/me/player") != nullptr);
  spotify::FaultPlan two({{.kind = FaultKind::kSlow}, {.kind = FaultKind::kStatus, .times = 5}});
  CHECK(two.next("GET", "/me")->kind == FaultKind::kSlow);
  CHECK(two.next("GET", "/me")->kind == FaultKind::kStatus);
}

TEST_CASE("plans are read from JSON, strictly") {
  auto plan = spotify::FaultPlan::parse(
      R"({"rules":[{"method":"GET","path":"/me","kind":"status","status":503,"body":"html","skip":1,"times":3}]})");
  REQUIRE(plan.has_value());
  CHECK(plan->next("GET", "/me") == nullptr);
  const spotify::FaultRule* rule = plan->next("GET", "/me");
  REQUIRE(rule != nullptr);
  CHECK(rule->status == 503);
  CHECK(rule->body == spotify::FaultBody::kHtml);
  for (const std::string_view bad :
       {"", "[]", "{}", R"({"rules":{}})", R"({"rules":[1]})", R"({"rules":[{}]})", R"({"rules":[{"kind":"fire"}]})",
        R"({"rules":[{"kind":"slow","dealy_ms":5}]})", R"({"rules":[{"kind":"slow","delay_ms":"5"}]})",
        R"({"rules":[{"kind":"slow","skip":-1}]})", R"({"rules":[{"kind":"status","status":99}]})",
        R"({"rules":[{"kind":"status","body":"xml"}]})"}) {
    CHECK_MESSAGE(!spotify::FaultPlan::parse(bad).has_value(), bad);
  }
  CHECK(spotify::FaultPlan::parse(R"({"rules":[{"kind":"fire"}]})").error().message.contains("Rule 0"));
}

TEST_CASE("rate limits and the quota") {
  Harness harness;
  const Reply brief = with_fault(harness, {.kind = FaultKind::kRateLimit});
  CHECK(brief.status == 429);
  CHECK(brief.headers.find("Retry-After") == "1");
  CHECK(brief.message() == "API rate limit exceeded");
  CHECK(brief.reason().empty());
  const Reply text = with_fault(harness, {.kind = FaultKind::kRateLimit, .body = spotify::FaultBody::kText});
  CHECK(text.text == "Too many requests");
  CHECK(text.headers.find("Content-Type")->starts_with("text/plain"));
  const Reply lengthy = with_fault(harness, {.kind = FaultKind::kRateLimitLong});
  CHECK(lengthy.headers.find("Retry-After") == "3600");
  const Reply quota = with_fault(harness, {.kind = FaultKind::kQuotaExceeded});
  CHECK(quota.headers.find("Retry-After") == "48925");
  CHECK(quota.reason() == "QUOTA_EXCEEDED");
}

TEST_CASE("server errors come as JSON, HTML or text, before or after the operation") {
  Harness harness;
  CHECK(with_fault(harness, {.kind = FaultKind::kStatus, .status = 502}).message() == "Bad gateway.");
  const Reply html =
      with_fault(harness, {.kind = FaultKind::kStatus, .status = 503, .body = spotify::FaultBody::kHtml});
  CHECK(html.status == 503);
  CHECK(html.body.is_null());
  CHECK(html.text.contains("<html>"));
  const Reply text =
      with_fault(harness, {.kind = FaultKind::kStatus, .status = 504, .body = spotify::FaultBody::kText});
  CHECK(text.text.starts_with("upstream"));

  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kStatus, .method = "PUT"}}));
  CHECK(harness.put("/me/player/play").status == 500);
  CHECK_FALSE(is_playing(harness));
  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kStatusAfter, .method = "PUT"}}));
  CHECK(harness.put("/me/player/play").status == 500);
  CHECK(is_playing(harness));
}

TEST_CASE("a slow answer takes its time") {
  Harness harness;
  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kSlow, .delay_ms = 4'000}}));
  const base::Instant before = harness.loop.now();
  CHECK(harness.get("/me").status == 200);
  CHECK(harness.loop.now() - before == std::chrono::seconds(4));
  CHECK(harness.get("/me").status == 200);
  CHECK(harness.loop.now() - before == std::chrono::seconds(4));
}

TEST_CASE("a refused connection was certainly not sent, and is not counted") {
  Harness harness;
  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kRefused}}));
  const auto result = through_client(harness, http::Method::kPut, "/me/player/play");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == base::Code::kUnavailable);
  CHECK(result.error().detail == "not sent");
  CHECK_FALSE(is_playing(harness));
  CHECK(harness.simulator.requests() == 0);
  CHECK(through_client(harness, http::Method::kPut, "/me/player/play").has_value());
}

TEST_CASE("a dropped connection may have done its work or not, and the client cannot tell") {
  Harness harness;
  harness.simulator.set_faults(
      spotify::FaultPlan({{.kind = FaultKind::kResetBefore}, {.kind = FaultKind::kResetAfter, .skip = 1}}));
  const auto before = through_client(harness, http::Method::kPut, "/me/player/play");
  REQUIRE_FALSE(before.has_value());
  CHECK_FALSE(is_playing(harness));
  const auto after = through_client(harness, http::Method::kPut, "/me/player/play");
  REQUIRE_FALSE(after.has_value());
  CHECK(is_playing(harness));
  CHECK(before.error().code == base::Code::kUnavailable);
  CHECK(before.error().detail != "not sent");
  CHECK(before.error().detail == after.error().detail);
}

TEST_CASE("a reset in the middle of an answer is a stream that ends too early") {
  Harness harness;
  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kResetAfter}}));
  http::Request request;
  request.target = "/v1/me";
  request.authorization = base::Secret("Bearer " + harness.token);
  const http::Response response = harness.send(std::move(request));
  REQUIRE(response.stream != nullptr);
  CHECK(response.body.empty());
  const auto piece = harness.loop.run(response.stream->next());
  REQUIRE(piece.has_value());
  CHECK_FALSE(harness.loop.run(response.stream->next()).has_value());
  CHECK(piece->size() < std::stoul(std::string(*response.headers.find("Content-Length"))));
}

TEST_CASE("bodies that are cut, opaque, empty or missing") {
  Harness harness;
  const Reply cut = with_fault(harness, {.kind = FaultKind::kTruncatedJson});
  CHECK(cut.status == 200);
  CHECK(cut.body.is_null());
  CHECK(cut.text.starts_with("{"));
  CHECK(with_fault(harness, {.kind = FaultKind::kOpaque200}).text == "oPClBVDzidwlAlSqmFF-zKNO62E");
  CHECK(with_fault(harness, {.kind = FaultKind::kEmpty200}).text.empty());
  CHECK(with_fault(harness, {.kind = FaultKind::kNoContentRead}).status == 204);
}

TEST_CASE("plain-text refusals of the app's owner and of the person") {
  Harness harness;
  const Reply owner = with_fault(harness, {.kind = FaultKind::kPremiumOwner});
  CHECK(owner.status == 403);
  CHECK(owner.text.size() == 159);
  CHECK(owner.body.is_null());
  CHECK(with_fault(harness, {.kind = FaultKind::kNotRegistered}).text.contains("may not be registered"));
}

TEST_CASE("an expired token stays expired, another one works") {
  Harness harness;
  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kExpiredToken}}));
  CHECK(harness.get("/me").message() == "The access token expired");
  CHECK(harness.get("/me").message() == "The access token expired");
  harness.token = harness.simulator.grant().access;
  CHECK(harness.get("/me").status == 200);
}

TEST_CASE("unknown members and holes in lists") {
  Harness harness;
  const Reply extra = with_fault(harness, {.kind = FaultKind::kExtraFields}, "/me/tracks");
  CHECK(extra.body.find("sim_unknown_member") != nullptr);
  CHECK(at(extra.body, "items.0.track").find("sim_unknown_member") != nullptr);
  const Reply holes = with_fault(harness, {.kind = FaultKind::kNullItems}, "/me/tracks");
  CHECK(at(holes.body, "items.0").is_object());
  CHECK(at(holes.body, "items.1").is_null());
  CHECK(at(holes.body, "items.3").is_null());
}

TEST_CASE("things of a type that nobody knows") {
  Harness harness;
  const Reply reply = with_fault(harness, {.kind = FaultKind::kUnknownType}, "/me/tracks?limit=2");
  CHECK(text_at(reply.body, "items.0.track.type") == "hologram");
  CHECK(text_at(reply.body, "items.1.track.album.type") == "hologram");
  CHECK(text_at(reply.body, "items.0.track.uri").starts_with("spotify:track:"));
}

TEST_CASE("a huge page has more than was asked for") {
  Harness harness;
  const Reply reply = with_fault(harness, {.kind = FaultKind::kHugePage}, "/me/tracks?limit=2");
  CHECK(at(reply.body, "items").array().size() == 1000);
  CHECK(at(reply.body, "items.998") == at(reply.body, "items.0"));
  CHECK(number_at(reply.body, "limit") == 2);
  const Reply search = with_fault(harness, {.kind = FaultKind::kHugePage}, "/search?q=the&type=album&limit=3");
  CHECK(at(search.body, "albums.items").array().size() == 1000);
}

TEST_CASE("a compressed answer says so and is shorter") {
  Harness harness;
  const Reply plain = harness.get("/me/tracks");
  const Reply reply = with_fault(harness, {.kind = FaultKind::kGzip}, "/me/tracks");
  CHECK(reply.headers.find("Content-Encoding") == "gzip");
  CHECK(reply.text.starts_with("\x1F\x8B\x08"));
  CHECK(reply.text.size() < plain.text.size() / 2);
  CHECK_FALSE(plain.headers.find("Content-Encoding").has_value());
}

TEST_CASE("an answer in pieces has no declared length and is whole in the end") {
  Harness harness;
  const std::string whole = harness.get("/me/tracks").text;
  harness.simulator.set_faults(spotify::FaultPlan({{.kind = FaultKind::kChunked}}));
  http::Request request;
  request.target = "/v1/me/tracks";
  request.authorization = base::Secret("Bearer " + harness.token);
  http::Response response = harness.send(std::move(request));
  REQUIRE(response.stream != nullptr);
  CHECK_FALSE(response.headers.find("Content-Length").has_value());
  std::string joined;
  int pieces = 0;
  while (auto piece = harness.loop.run(response.stream->next())) {
    joined += *piece;
    ++pieces;
  }
  CHECK(pieces > 2);
  CHECK(joined == whole);
}

TEST_CASE("the token endpoint can fail too") {
  Harness harness;
  harness.simulator.set_faults(spotify::FaultPlan({{.path = "/api/token", .status = 503}}));
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/api/token";
  CHECK(harness.send(std::move(request)).status == 503);
}

TEST_CASE("the control paths of the program") {
  Harness harness;
  spotify::Controls controls(harness.simulator);
  const auto send = [&](http::Method method, std::string_view target, std::string body = "") {
    http::Request request;
    request.method = method;
    request.target = std::string(target);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer " + harness.token);
    return Harness::read(harness.loop.run(controls.handle(std::move(request))));
  };
  const auto post = [&](std::string_view target, std::string body) {
    return send(http::Method::kPost, target, std::move(body));
  };
  CHECK(send(http::Method::kGet, "/v1/me").status == 200);
  CHECK(send(http::Method::kGet, "/sim/requests").body == json::Value(json::Object{{"GET /me", 1}}));
  CHECK(post("/sim/faults", R"({"rules":[{"kind":"status","status":503}]})").status == 200);
  CHECK(send(http::Method::kGet, "/v1/me").status == 503);
  CHECK(post("/sim/faults", R"({"rules":[{"kind":"fire"}]})").status == 400);
  CHECK(post("/sim/clock", R"({"advance_s":3599})").status == 200);
  CHECK(send(http::Method::kGet, "/v1/me").status == 200);
  CHECK(post("/sim/clock", R"({"advance_s":1})").status == 200);
  CHECK(send(http::Method::kGet, "/v1/me").message() == "The access token expired");
  for (const std::string_view bad : {"{}", "", R"({"advance_s":-1})", R"({"advance_s":9223372036854775807})"}) {
    CHECK(post("/sim/clock", std::string(bad)).status == 400);
  }
  harness.token = harness.simulator.grant().access;
  CHECK(send(http::Method::kGet, "/v1/me").status == 200);
  CHECK(send(http::Method::kPut, "/v1/me/player/play").status == 204);
  CHECK(post("/sim/player", R"({"advertisement_ms":30000})").status == 200);
  CHECK(text_at(send(http::Method::kGet, "/v1/me/player").body, "currently_playing_type") == "ad");
  CHECK(post("/sim/player", R"({"private_session":true})").status == 200);
  CHECK(send(http::Method::kGet, "/v1/me/player").status == 204);
  CHECK(post("/sim/player", R"({"private_session":false})").status == 200);
  CHECK(send(http::Method::kGet, "/v1/me/player").status == 200);
  for (const std::string_view bad :
       {"", "{}", R"({"advertisement_ms":0})", R"({"private_session":1})", R"({"advertisement_ms":900000})"}) {
    CHECK(post("/sim/player", std::string(bad)).status == 400);
  }
  CHECK(post("/sim/revoke", "").status == 200);
  CHECK(send(http::Method::kGet, "/v1/me").message() == "Invalid access token");
  CHECK(send(http::Method::kGet, "/sim/other").status == 404);
  CHECK(send(http::Method::kGet, "/sim/clock").status == 404);
}

TEST_CASE("the simulator alone has no control paths") {
  Harness harness;
  http::Request request;
  request.target = "/sim/requests";
  CHECK(harness.send(std::move(request)).status == 404);
}
