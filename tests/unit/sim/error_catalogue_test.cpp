// Every error that the service is known to answer with, each provoked as a client would meet it. A row is named by its
// status and its words; where the service has two bodies for one thing, both have a row.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;
using spotify::FaultKind;

namespace {

struct Row {
  int status;
  // The message of the JSON error; for a plain text or a page, words that it holds.
  std::string words;
  std::function<Reply(Harness&)> provoke;
  std::string reason{};
  enum class Body { kJson, kText, kHtml, kEmpty };
  Body body = Body::kJson;
  spotify::Regime regime = spotify::Regime::kDev2026;
};
using Body = Row::Body;

void check(const Row& row) {
  CAPTURE(row.status);
  CAPTURE(row.words);
  spotify::Config config;
  config.regime = row.regime;
  Harness harness(std::move(config));
  const Reply reply = row.provoke(harness);
  CHECK(reply.status == row.status);
  const std::string type(reply.headers.find("Content-Type").value_or(""));
  switch (row.body) {
    case Body::kJson:
      CHECK(reply.message() == row.words);
      CHECK(reply.reason() == row.reason);
      CHECK(number_at(reply.body, "error.status") == row.status);
      CHECK(type.starts_with("application/json"));
      break;
    case Body::kText:
    case Body::kHtml:
      CHECK(reply.text.contains(row.words));
      CHECK(reply.body.is_null());
      CHECK(type.starts_with(row.body == Body::kText ? "text/plain" : "text/html"));
      break;
    case Body::kEmpty:
      CHECK(reply.text.empty());
      break;
  }
}

void check_all(const std::vector<Row>& rows) {
  for (const Row& row : rows) check(row);
}

auto get(std::string path) {
  return [path = std::move(path)](Harness& harness) { return harness.get(path); };
}
auto put(std::string path, std::string body = "") {
  return [path = std::move(path), body = std::move(body)](Harness& harness) { return harness.put(path, body); };
}
auto fault(spotify::FaultRule rule) {
  return [rule = std::move(rule)](Harness& harness) {
    harness.simulator.set_faults(spotify::FaultPlan({rule}));
    return harness.get("/me");
  };
}
auto with_authorization(std::string authorization) {
  return [authorization = std::move(authorization)](Harness& harness) {
    http::Request request;
    request.target = "/v1/me";
    if (!authorization.empty()) request.authorization = base::Secret(std::string(authorization));
    return Harness::read(harness.send(std::move(request)));
  };
}
auto as(std::string_view user, std::function<Reply(Harness&)> then) {
  return [user, then = std::move(then)](Harness& harness) {
    harness.token = harness.simulator.grant(spotify::all_scopes(), user).access;
    return then(harness);
  };
}
auto without_scopes(std::function<Reply(Harness&)> then) {
  return [then = std::move(then)](Harness& harness) {
    harness.token = harness.simulator.grant({"user-read-private"}).access;
    return then(harness);
  };
}

const spotify::Playlist& playlist_where(Harness& harness, const std::function<bool(const spotify::Playlist&)>& wanted) {
  for (const auto& [id, playlist] : harness.simulator.world().playlists()) {
    if (wanted(playlist)) return playlist;
  }
  FAIL("no such playlist");
  return harness.simulator.world().playlists().begin()->second;
}
std::string own_playlist(Harness& harness) {
  return playlist_where(harness, [](const auto& each) { return each.owner == spotify::kDefaultUser; }).id;
}
std::string foreign_playlist(Harness& harness) {
  return playlist_where(harness,
                        [](const auto& each) { return each.owner == spotify::kFriendUser && !each.is_collaborative; })
      .id;
}
std::string track(Harness& harness, size_t i = 0) {
  return "spotify:track:" + harness.simulator.catalogue().tracks[i].id;
}
std::string uris(Harness& harness, size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) list += (i == 0 ? "\"" : ",\"") + track(harness, i) + "\"";
  return "[" + list + "]";
}
// A playlist of our own with the path behind it.
auto on_own(http::Method method, std::string rest, std::string body) {
  return [method, rest = std::move(rest), body = std::move(body)](Harness& harness) {
    return harness.call(method, "/playlists/" + own_playlist(harness) + rest, body);
  };
}
// The context of some artist, album or other.
auto play_artist(std::string more) {
  return [more = std::move(more)](Harness& harness) {
    return harness.put("/me/player/play", R"({"context_uri":"spotify:artist:)" +
                                              harness.simulator.catalogue().artists[0].id + "\"" + more + "}");
  };
}

}  // namespace

TEST_CASE("errors of the token: none, another scheme, garbage, expired, of no person, without the scope") {
  check_all({
      {400, "Only valid bearer authentication supported", with_authorization("Basic YTpi")},
      {401, "No token provided", with_authorization("")},
      {401, "Invalid access token", with_authorization("Bearer garbage")},
      {401, "The access token expired",
       [](Harness& harness) {
         harness.pass(std::chrono::seconds(3600));
         Reply reply = harness.get("/me");
         CHECK(reply.headers.find("WWW-Authenticate")->contains("error=\"invalid_token\""));
         return reply;
       }},
      {401, "Permissions missing", without_scopes(get("/me/player"))},
      {403, "Insufficient client scope", without_scopes([](Harness& harness) {
         Reply reply = harness.get("/me/tracks");
         CHECK(reply.headers.find("WWW-Authenticate")->contains("insufficient_scope"));
         CHECK(reply.headers.find("WWW-Authenticate")->contains("user-library-read"));
         return reply;
       })},
  });
}

TEST_CASE("errors of the app: what was removed, the owner's Premium, the list of users in both wordings") {
  check_all({
      {403, "Forbidden", get("/markets")},
      {403, "Active premium subscription required for the owner of the app.", fault({.kind = FaultKind::kPremiumOwner}),
       "", Body::kText},
      {403, "the user may not be registered", as(spotify::kStrangerUser, get("/me")), "", Body::kText},
      {403, "User not registered in the Developer Dashboard",
       fault({.kind = FaultKind::kNotRegistered, .message = "User not registered in the Developer Dashboard"}), "",
       Body::kText},
  });
}

TEST_CASE("errors of what belongs to others") {
  const auto read = [](Harness& harness) { return harness.get("/playlists/" + foreign_playlist(harness) + "/items"); };
  const auto write = [](Harness& harness) {
    return harness.post("/playlists/" + foreign_playlist(harness) + "/items",
                        R"({"uris":[")" + track(harness) + "\"]}");
  };
  const auto hidden = [](Harness& harness) {
    return harness.get("/playlists/" + playlist_where(harness, [](const auto& each) { return each.is_hidden; }).id);
  };
  check_all({
      {403, "Forbidden", read},
      {403, "Forbidden", write},
      {403, "You cannot add tracks to a playlist you don't own.", write, "", Body::kJson, spotify::Regime::kExtended},
      {404, "Resource not found", hidden},
  });
}

TEST_CASE("errors of the player, with their reasons") {
  const std::string restricted = "Player command failed: Restriction violated";
  const auto twice = [](std::string path) {
    return [path = std::move(path)](Harness& harness) {
      (void)harness.put(path);
      return harness.put(path);
    };
  };
  const auto on_phone = [](std::string path, http::Method method) {
    return [path = std::move(path), method](Harness& harness) {
      for (const auto& device : harness.simulator.user().player.devices()) {
        if (device.name == "Robin's phone") return harness.call(method, path + "device_id=" + *device.id);
      }
      return Reply();
    };
  };
  const auto at_the_end = [](Harness& harness) {
    (void)harness.put("/me/player/play", R"({"uris":[")" + track(harness) + "\"]}");
    return harness.post("/me/player/next");
  };
  const auto on_other = [on_phone](Harness& harness) {
    return on_phone("/me/player/queue?uri=" + track(harness) + "&", http::Method::kPost)(harness);
  };
  const auto without_device = [](Harness& harness) {
    harness.simulator.user().player.remove_device(*harness.simulator.user().player.active_device()->id);
    return harness.post("/me/player/next");
  };
  check_all({
      {403, "Player command failed: Premium required", as(spotify::kFreeUser, put("/me/player/play")),
       "PREMIUM_REQUIRED"},
      {403, restricted, put("/me/player/pause"), "UNKNOWN"},
      {403, restricted, twice("/me/player/play"), "UNKNOWN"},
      {403, restricted, at_the_end, "UNKNOWN"},
      {403, restricted, on_other, "UNKNOWN"},
      {403, "Player command failed: Cannot control device volume",
       on_phone("/me/player/volume?volume_percent=3&", http::Method::kPut), "VOLUME_CONTROL_DISALLOW"},
      {404, "Player command failed: No active device found", without_device, "NO_ACTIVE_DEVICE"},
      {404, "Device not found", put("/me/player/pause?device_id=unknown")},
      {400, "Can't have offset for context type: ARTIST", play_artist(R"(,"offset":{"position":1})")},
      {400, "Invalid context uri", put("/me/player/play", R"({"context_uri":"spotify:track:x"})")},
      {400, "Required parameter volume_percent missing", put("/me/player/volume")},
      {413, "",
       [](Harness& harness) { return harness.put("/me/player/play", "{\"uris\":" + uris(harness, 850) + "}"); }, "",
       Body::kEmpty},
  });
}

TEST_CASE("each documented reason of a player's refusal can be had") {
  for (const char* reason :
       {"NO_PREV_TRACK", "NO_NEXT_TRACK", "NO_SPECIFIC_TRACK", "ALREADY_PAUSED", "NOT_PAUSED", "NOT_PLAYING_LOCALLY",
        "NOT_PLAYING_TRACK", "NOT_PLAYING_CONTEXT", "ENDLESS_CONTEXT", "CONTEXT_DISALLOW", "ALREADY_PLAYING",
        "RATE_LIMITED", "REMOTE_CONTROL_DISALLOW", "DEVICE_NOT_CONTROLLABLE", "VOLUME_CONTROL_DISALLOW",
        "NO_ACTIVE_DEVICE", "PREMIUM_REQUIRED", "UNKNOWN"}) {
    check({403, "Player command failed: Restriction violated",
           fault({.status = 403, .message = "Player command failed: Restriction violated", .reason = reason}), reason});
  }
}

TEST_CASE("errors of paths and parameters") {
  const std::string unknown = "0000000000000000000000";
  check_all({
      {404, "Resource not found", get("/tracks/" + unknown)},
      {404, "Resource not found", get("/playlists/" + unknown)},
      {404, "Not found.", get("/recommendations/available-genre-seeds"), "", Body::kJson, spotify::Regime::kExtended},
      {404, "Service not found", get("/no/such/path")},
      {405, "Method not allowed", get("/me/library")},
      {400, "Invalid base62 id", get("/tracks/not-an-id")},
      {400, "Invalid limit", get("/search?q=a&type=track&limit=11")},
      {400, "Invalid offset", get("/search?q=a&type=track&offset=1001")},
      {400, "Invalid market code", get("/search?q=a&type=track&market=usa")},
      {400, "No search query", get("/search?q=&type=track")},
      {400, "Bad search type field polka", get("/search?q=a&type=polka")},
      {400, "Missing required field: uris", put("/me/library", R"({"uris":["spotify:track:x"]})")},
      {414, "Request-URI Too Large", get("/me/library/contains?uris=" + std::string(5000, 'x')), "", Body::kHtml},
  });
}

TEST_CASE("errors of bodies and of changes to playlists") {
  using enum http::Method;
  const auto full = [](Harness& harness) {
    const std::string id = own_playlist(harness);
    spotify::World& world = harness.simulator.world();
    world.find_playlist(id)->insert(std::vector<std::string>(10'000, track(harness)), std::nullopt,
                                    spotify::kDefaultUser, harness.clock.wall(), world.random);
    return harness.post("/playlists/" + id + "/items", R"({"uris":[")" + track(harness) + "\"]}");
  };
  const auto many = [](Harness& harness) {
    return harness.post("/playlists/" + own_playlist(harness) + "/items", "{\"uris\":" + uris(harness, 101) + "}");
  };
  const auto large_cover = [](Harness& harness) {
    return harness.call(kPut, "/playlists/" + own_playlist(harness) + "/images", std::string(262'145, 'A'),
                        "image/jpeg");
  };
  check_all({
      {400, "Error parsing JSON.", on_own(kPost, "/items", "{")},
      {400, "Malformed json", on_own(kPost, "/items", "[]")},
      {400, "You can add a maximum of 100 tracks per request.", many},
      {400, "Playlist size limit reached", full},
      {400, "Could not remove tracks, please check parameters.",
       on_own(kDelete, "/items", R"({"items":[{"uri":"spotify:album:0000000000000000000000"}]})")},
      {400, "No uris provided", on_own(kDelete, "/items", R"({"items":[{"positions":[0]}]})")},
      {400, "No uris provided", on_own(kDelete, "/items", R"({"tracks":[{"uri":"spotify:track:x"}]})")},
      {400, "Missing or bad version tag",
       on_own(kPut, "/items", R"({"range_start":0,"insert_before":1,"snapshot_id":"AAAA"})")},
      {413, "", large_cover, "", Body::kEmpty},
  });
}

TEST_CASE("errors of the service itself and of its limits") {
  const auto limited = [](FaultKind kind, spotify::FaultBody body = spotify::FaultBody::kJson) {
    return fault({.kind = kind, .body = body});
  };
  const auto broken = [](int status, spotify::FaultBody body, std::string message = "") {
    return fault({.status = status, .body = body, .message = std::move(message)});
  };
  using enum spotify::FaultBody;
  check_all({
      {429, "API rate limit exceeded", limited(FaultKind::kRateLimit)},
      {429, "Too many requests", limited(FaultKind::kRateLimit, kText), "", Body::kText},
      {429, "Too many requests", limited(FaultKind::kQuotaExceeded), "QUOTA_EXCEEDED"},
      {500, "Server error", broken(500, kJson)},
      {502, "Bad gateway.", broken(502, kJson)},
      {502, "Failed to follow artists", broken(502, kJson, "Failed to follow artists")},
      {503, "503 Error", broken(503, kHtml), "", Body::kHtml},
      {504, "upstream ", broken(504, kText), "", Body::kText},
      {413, "413 Error", broken(413, kHtml), "", Body::kHtml},
  });
}
