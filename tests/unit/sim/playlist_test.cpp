// Playlists: who may do what, items, snapshots, reorder, cover, fields.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "crypto/base64.h"
#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;

namespace {

std::string track(Harness& harness, size_t i) { return "spotify:track:" + harness.simulator.catalogue().tracks[i].id; }

std::string uris_json(const std::vector<std::string>& uris) {
  return fmt::format(R"({{"uris":["{}"]}})", fmt::join(uris, "\",\""));
}

// A fresh playlist of the default user with the given tracks.
std::string make(Harness& harness, const std::vector<size_t>& tracks) {
  const Reply made = harness.post("/me/playlists", R"({"name":"Fresh","public":true})");
  REQUIRE(made.status == 201);
  const std::string id = text_at(made.body, "id");
  std::vector<std::string> uris;
  for (const size_t i : tracks) uris.push_back(track(harness, i));
  if (!uris.empty()) REQUIRE(harness.post("/playlists/" + id + "/items", uris_json(uris)).status == 201);
  return id;
}

// The playlist as the numbers of its tracks, such as "0 1 2".
std::string order(Harness& harness, const std::string& id) {
  std::string text;
  for (const auto& entry : harness.simulator.world().find_playlist(id)->entries()) {
    size_t i = 0;
    while (track(harness, i) != entry.uri) ++i;
    text += (text.empty() ? "" : " ") + std::to_string(i);
  }
  return text;
}

std::string snapshot(Harness& harness, const std::string& id) {
  return text_at(harness.get("/playlists/" + id).body, "snapshot_id");
}

std::string own_playlist(Harness& harness, std::string_view name) {
  for (const auto& [id, playlist] : harness.simulator.world().playlists()) {
    if (playlist.name == name) return id;
  }
  FAIL("no such playlist");
  return "";
}

}  // namespace

TEST_CASE("a created playlist is in the list and can be read") {
  Harness harness;
  const int64_t before = number_at(harness.get("/me/playlists").body, "total");
  const Reply made = harness.post(
      "/me/playlists", R"({"name":"New \u202e one","description":"d","public":false,"collaborative":true})");
  REQUIRE(made.status == 201);
  CHECK(keys_of(made.body) ==
        "collaborative description external_urls followers href id images items name owner primary_color public "
        "snapshot_id type uri");
  CHECK(at(made.body, "images") == json::Value(json::Array()));
  CHECK(number_at(made.body, "items.total") == 0);
  CHECK(number_at(made.body, "items.limit") == 100);
  CHECK(text_at(made.body, "owner.id") == spotify::kDefaultUser);
  const Reply list = harness.get("/me/playlists");
  CHECK(number_at(list.body, "total") == before + 1);
  CHECK(text_at(list.body, "items.0.id") == text_at(made.body, "id"));
  CHECK(at(list.body, "items.0.images").is_null());
  CHECK(text_at(harness.get("/playlists/" + text_at(made.body, "id")).body, "name") == "New \u202e one");
  CHECK(at(harness.post("/me/playlists", R"({"name":"Default"})").body, "public") == json::Value(true));
  CHECK(harness.post("/me/playlists", R"({"name":""})").status == 400);
  CHECK(harness.post("/me/playlists", R"({})").status == 400);
  CHECK(harness.post("/me/playlists", R"({"name":"x","collaborative":true})").status == 400);
  CHECK(harness.post("/me/playlists", R"({"name":7})").status == 400);
  CHECK(harness.post("/me/playlists", "{").message() == "Error parsing JSON.");
}

TEST_CASE("items are added at the end or at a position") {
  Harness harness;
  const std::string id = make(harness, {0, 1, 2});
  const std::string old = snapshot(harness, id);
  const Reply added = harness.post("/playlists/" + id + "/items",
                                   fmt::format(R"({{"uris":["{}"],"position":1}})", track(harness, 3)));
  CHECK(added.status == 201);
  CHECK(keys_of(added.body) == "snapshot_id");
  CHECK(text_at(added.body, "snapshot_id") != old);
  CHECK(text_at(added.body, "snapshot_id") == snapshot(harness, id));
  CHECK(order(harness, id) == "0 3 1 2");
  // The query form wins over a body.
  CHECK(harness.post("/playlists/" + id + "/items?position=0&uris=" + track(harness, 4), R"({"uris":[]})").status ==
        201);
  CHECK(order(harness, id) == "4 0 3 1 2");
  const Reply items = harness.get("/playlists/" + id + "/items?limit=2&offset=1");
  CHECK(number_at(items.body, "total") == 5);
  CHECK(text_at(items.body, "items.0.item.uri") == track(harness, 0));
  CHECK(text_at(items.body, "items.1.item.uri") == track(harness, 3));
}

TEST_CASE("additions are checked before anything is added") {
  Harness harness;
  const std::string id = make(harness, {0});
  const auto add = [&](std::string body) { return harness.post("/playlists/" + id + "/items", std::move(body)); };
  const std::vector<std::string> many(101, track(harness, 1));
  CHECK(add(uris_json(many)).message() == "You can add a maximum of 100 tracks per request.");
  CHECK(add(R"({"uris":[]})").message() == "No uris provided");
  CHECK(add(R"({})").message() == "No uris provided");
  CHECK(add(R"({"uris":["spotify:album:0000000000000000000000"]})").status == 400);
  CHECK(add(R"({"uris":["spotify:local:a:b:c:1"]})").status == 400);
  CHECK(add(R"({"uris":["spotify:track:0000000000000000000000"]})").status == 400);
  CHECK(add(fmt::format(R"({{"uris":["{}"],"position":2}})", track(harness, 1))).status == 400);
  CHECK(order(harness, id) == "0");
  CHECK(add(uris_json(std::vector<std::string>(100, track(harness, 1)))).status == 201);
}

TEST_CASE("a playlist holds ten thousand items") {
  Harness harness;
  const std::string id = make(harness, {});
  auto& playlist = *harness.simulator.world().find_playlist(id);
  playlist.insert(std::vector<std::string>(9'999, track(harness, 0)), std::nullopt, spotify::kDefaultUser,
                  harness.clock.wall(), harness.random);
  CHECK(harness.post("/playlists/" + id + "/items", uris_json({track(harness, 1), track(harness, 2)})).message() ==
        "Playlist size limit reached");
  CHECK(harness.post("/playlists/" + id + "/items", uris_json({track(harness, 1)})).status == 201);
}

TEST_CASE("removal takes every occurrence and ignores positions") {
  Harness harness;
  const std::string id = make(harness, {0, 1, 0, 2, 0});
  const auto remove = [&](std::string body) { return harness.remove("/playlists/" + id + "/items", std::move(body)); };
  CHECK(remove(fmt::format(R"({{"items":[{{"uri":"{}","positions":[2]}}]}})", track(harness, 0))).status == 200);
  CHECK(order(harness, id) == "1 2");
  const std::string before = snapshot(harness, id);
  CHECK(remove(fmt::format(R"({{"items":[{{"uri":"{}"}}]}})", track(harness, 9))).status == 200);
  CHECK(snapshot(harness, id) == before);
  CHECK(remove(fmt::format(R"({{"tracks":[{{"uri":"{}"}}]}})", track(harness, 1))).message() == "No uris provided");
  CHECK(remove(R"({"items":[{"positions":[0]}]})").message() == "No uris provided");
  CHECK(remove(R"({"items":[{"uri":"spotify:album:0000000000000000000000"}]})").status == 400);
  CHECK(order(harness, id) == "1 2");
}

TEST_CASE("replacement puts the given items in place of all") {
  Harness harness;
  const std::string id = make(harness, {0, 1});
  CHECK(harness.put("/playlists/" + id + "/items", uris_json({track(harness, 5), track(harness, 5)})).status == 200);
  CHECK(order(harness, id) == "5 5");
  CHECK(harness.put("/playlists/" + id + "/items", R"({"uris":[]})").status == 200);
  CHECK(order(harness, id).empty());
  CHECK(harness.put("/playlists/" + id + "/items", R"({"uris":[],"range_start":0,"insert_before":0})").status == 400);
  CHECK(harness.put("/playlists/" + id + "/items", R"({})").status == 400);
}

TEST_CASE("reordering cuts a range and inserts it before the element of that index") {
  const auto moved = [](int start, int length, int before) {
    Harness harness;
    const std::string id = make(harness, {0, 1, 2, 3, 4, 5});
    const Reply reply = harness.put(
        "/playlists/" + id + "/items",
        fmt::format(R"({{"range_start":{},"range_length":{},"insert_before":{}}})", start, length, before));
    return reply.status == 200 ? order(harness, id) : std::to_string(reply.status);
  };
  CHECK(moved(0, 1, 6) == "1 2 3 4 5 0");
  CHECK(moved(5, 1, 0) == "5 0 1 2 3 4");
  CHECK(moved(0, 2, 4) == "2 3 0 1 4 5");
  CHECK(moved(3, 2, 1) == "0 3 4 1 2 5");
  CHECK(moved(1, 2, 1) == "0 1 2 3 4 5");
  CHECK(moved(1, 3, 2) == "0 1 2 3 4 5");
  CHECK(moved(1, 2, 3) == "0 1 2 3 4 5");
  CHECK(moved(0, 6, 6) == "0 1 2 3 4 5");
  CHECK(moved(5, 2, 0) == "400");
  CHECK(moved(0, 1, 7) == "400");
  CHECK(moved(0, 0, 3) == "400");
}

TEST_CASE("range_length defaults to one") {
  Harness harness;
  const std::string id = make(harness, {0, 1, 2});
  CHECK(harness.put("/playlists/" + id + "/items", R"({"range_start":0,"insert_before":2})").status == 200);
  CHECK(order(harness, id) == "1 0 2");
}

TEST_CASE("a write against an older snapshot is carried over to the present") {
  Harness harness;
  const std::string id = make(harness, {0, 1, 2, 3});
  const std::string old = snapshot(harness, id);
  harness.post("/playlists/" + id + "/items",
               fmt::format(R"({{"uris":["{}","{}"],"position":0}})", track(harness, 8), track(harness, 1)));
  REQUIRE(order(harness, id) == "8 1 0 1 2 3");
  // Index 3 of the old revision, to the front of the old revision.
  CHECK(harness.put("/playlists/" + id + "/items",
                    fmt::format(R"({{"range_start":3,"insert_before":0,"snapshot_id":"{}"}})", old))
            .status == 200);
  CHECK(order(harness, id) == "8 1 3 0 1 2");
  // The occurrence that came later was not meant.
  CHECK(harness.remove("/playlists/" + id + "/items",
                       fmt::format(R"({{"items":[{{"uri":"{}"}}],"snapshot_id":"{}"}})", track(harness, 1), old))
            .status == 200);
  CHECK(order(harness, id) == "8 1 3 0 2");
  const Reply unknown = harness.put("/playlists/" + id + "/items",
                                    R"({"range_start":0,"insert_before":1,"snapshot_id":"AAAAAnothing"})");
  CHECK(unknown.status == 400);
  CHECK(unknown.message() == "Missing or bad version tag");
}

TEST_CASE("a snapshot id is a counter and a hash in base64") {
  Harness harness;
  const std::string id = make(harness, {0});
  const auto bytes = crypto::base64_decode(snapshot(harness, id));
  REQUIRE(bytes.has_value());
  CHECK(bytes->size() == 24);
  CHECK(bytes->substr(0, 4) == std::string("\0\0\0\2", 4));
}

TEST_CASE("details change in part, and only for the owner") {
  Harness harness;
  const std::string id = make(harness, {0});
  const auto change = [&](std::string body) { return harness.put("/playlists/" + id, std::move(body)).status; };
  CHECK(change(R"({"name":"Renamed"})") == 200);
  CHECK(change(R"({"description":"Words"})") == 200);
  CHECK(change(R"({"description":""})") == 200);
  const Reply read = harness.get("/playlists/" + id);
  CHECK(text_at(read.body, "name") == "Renamed");
  CHECK(text_at(read.body, "description") == "Words");
  CHECK(change(R"({"collaborative":true})") == 400);
  CHECK(change(R"({"collaborative":true,"public":false})") == 200);
  const std::string shared = own_playlist(harness, "Road trip (add yours!)");
  CHECK(harness.put("/playlists/" + shared, R"({"name":"Mine"})").status == 403);
}

TEST_CASE("items of others are hidden, of collaborative playlists they are not") {
  Harness harness;
  const std::string shared = own_playlist(harness, "Road trip (add yours!)");
  CHECK(harness.get("/playlists/" + shared + "/items").status == 200);
  CHECK(harness.post("/playlists/" + shared + "/items", uris_json({track(harness, 0)})).status == 201);
  std::string foreign;
  std::string hidden;
  for (const auto& [id, playlist] : harness.simulator.world().playlists()) {
    if (playlist.owner == spotify::kFriendUser && !playlist.is_collaborative) foreign = id;
    if (playlist.is_hidden) hidden = id;
  }
  const Reply metadata = harness.get("/playlists/" + foreign);
  CHECK(metadata.status == 200);
  CHECK(metadata.body.find("items") == nullptr);
  CHECK(metadata.body.find("tracks") == nullptr);
  CHECK(harness.get("/playlists/" + foreign + "/items").status == 403);
  CHECK(harness.post("/playlists/" + foreign + "/items", uris_json({track(harness, 0)})).message() == "Forbidden");
  CHECK(harness.get("/playlists/" + hidden).status == 404);
  CHECK(harness.get("/playlists/" + hidden + "/items").status == 404);
}

TEST_CASE("scopes follow the visibility of the playlist") {
  Harness harness;
  const std::string open = make(harness, {0});
  const std::string closed = text_at(harness.post("/me/playlists", R"({"name":"p","public":false})").body, "id");
  harness.token = harness.simulator.grant({"playlist-modify-public"}).access;
  CHECK(harness.post("/playlists/" + open + "/items", uris_json({track(harness, 1)})).status == 201);
  CHECK(harness.post("/playlists/" + closed + "/items", uris_json({track(harness, 1)})).status == 403);
  CHECK(harness.get("/playlists/" + open).status == 200);
  CHECK(harness.get("/playlists/" + closed).status == 403);
  CHECK(harness.post("/me/playlists", R"({"name":"x","public":false})").status == 403);
  CHECK(harness.get("/me/playlists").message() == "Insufficient client scope");
  harness.token = harness.simulator.grant({"playlist-read-private"}).access;
  const Reply list = harness.get("/me/playlists?limit=50");
  for (const json::Value& item : at(list.body, "items").array()) CHECK(at(item, "collaborative") == json::Value(false));
}

TEST_CASE("unfollowing one's own playlist takes it from the list, not from the world") {
  Harness harness;
  const std::string id = make(harness, {0, 1});
  CHECK(harness.get("/me/library/contains?uris=spotify:playlist:" + id).body == json::Value(json::Array{true}));
  CHECK(harness.remove("/me/library?uris=spotify:playlist:" + id).status == 200);
  CHECK(harness.get("/me/library/contains?uris=spotify:playlist:" + id).body == json::Value(json::Array{false}));
  CHECK(text_at(harness.get("/me/playlists").body, "items.0.id") != id);
  CHECK(number_at(harness.get("/playlists/" + id).body, "items.total") == 2);
  CHECK(harness.put("/me/library?uris=spotify:playlist:" + id).status == 200);
  CHECK(text_at(harness.get("/me/playlists").body, "items.0.id") == id);
}

TEST_CASE("local files, episodes, vanished and unlicensed tracks look as the service shows them") {
  Harness harness;
  const std::string id = own_playlist(harness, "Mixed bag");
  const auto entries = [&](std::string_view query) {
    return at(harness.get("/playlists/" + id + "/items?" + std::string(query)).body, "items");
  };
  const json::Value plain = entries("market=US");
  const json::Value& local = at(plain, "3");
  CHECK(at(local, "is_local") == json::Value(true));
  CHECK(at(local, "item.id").is_null());
  CHECK(text_at(local, "item.uri") == "spotify:local:Tin+Roof+Choir::Cellar+Tape+4:312");
  CHECK(text_at(local, "item.name") == "Cellar Tape 4");
  CHECK(number_at(local, "item.duration_ms") == 312'000);
  CHECK(at(local, "item.album.id").is_null());
  CHECK(at(plain, "4.item").is_null());
  CHECK(at(plain, "5.item").is_null());
  CHECK(at(plain, "6.item.is_playable") == json::Value(false));
  CHECK(text_at(plain, "6.item.restrictions.reason") == "market");
  CHECK(at(entries("market=JP"), "6.item.is_playable") == json::Value(true));
  CHECK(text_at(entries("additional_types=track,episode"), "4.item.type") == "episode");
  CHECK(at(entries(""), "0.item.is_playable").is_null());
}

TEST_CASE("a long playlist is paged, fifty at a time") {
  Harness harness;
  const std::string id = own_playlist(harness, "Everything, always");
  CHECK(number_at(harness.get("/playlists/" + id).body, "items.total") == 250);
  CHECK(at(harness.get("/playlists/" + id).body, "items.items").array().size() == 100);
  CHECK(at(harness.get("/playlists/" + id).body, "public").is_null());
  const Reply page = harness.get("/playlists/" + id + "/items?limit=50&offset=200");
  CHECK(at(page.body, "items").array().size() == 50);
  CHECK(at(page.body, "next").is_null());
  CHECK(text_at(page.body, "previous").contains("offset=150"));
  CHECK(harness.get("/playlists/" + id + "/items?limit=51").message() == "Invalid limit");
}

TEST_CASE("hostile names reach the client as they are") {
  Harness harness;
  const Reply list = harness.get("/me/playlists?limit=50");
  bool control = false;
  bool bidi = false;
  bool html = false;
  for (const json::Value& item : at(list.body, "items").array()) {
    const std::string name = text_at(item, "name");
    control = control || name.contains('\n');
    bidi = bidi || name.contains("\xE2\x80\xAE");
    html = html || name.contains("<script>");
  }
  CHECK((control && bidi && html));
  // The list's links name an operation that this regime does not have.
  CHECK(text_at(list.body, "href").contains("/users/sim-listener/playlists"));
}

TEST_CASE("a cover is base64 of a JPEG") {
  Harness harness;
  const std::string id = make(harness, {});
  CHECK(harness.get("/playlists/" + id + "/images").body == json::Value(json::Array()));
  const auto put = [&](std::string body, std::string type = "image/jpeg") {
    return harness.call(http::Method::kPut, "/playlists/" + id + "/images", std::move(body), std::move(type));
  };
  const std::string jpeg = crypto::base64_encode(std::string("\xFF\xD8\xFF\xE0 not really a picture"));
  CHECK(put(jpeg + "\n").status == 400);
  CHECK(put("data:image/jpeg;base64," + jpeg).status == 400);
  CHECK(put(crypto::base64_encode("\x89PNG")).status == 400);
  CHECK(put(jpeg, "image/png").status == 400);
  CHECK(put(std::string(262'148, 'A')).status == 413);
  CHECK(harness.get("/playlists/" + id + "/images").body == json::Value(json::Array()));
  const Reply accepted = put(jpeg);
  CHECK(accepted.status == 202);
  CHECK(accepted.text.empty());
  const Reply images = harness.get("/playlists/" + id + "/images");
  REQUIRE(images.body.array().size() == 1);
  CHECK(at(images.body, "0.height").is_null());
  CHECK_FALSE(text_at(images.body, "0.url").empty());
  harness.token = harness.simulator.grant({"playlist-modify-public"}).access;
  CHECK(put(jpeg).status == 403);
}

TEST_CASE("fields keeps what was asked for") {
  Harness harness;
  const std::string id = make(harness, {0, 1});
  const auto keys = [&](const std::string& fields, std::string_view path = "") {
    return keys_of(at(harness.get("/playlists/" + id + "/items?fields=" + http::percent_encode(fields)).body, path));
  };
  CHECK(keys("total,next") == "next total");
  CHECK(keys("items(added_at,item(name,artists(name))),total") == "items total");
  CHECK(keys("items(added_at,item(name,artists(name)))", "items.0") == "added_at item");
  CHECK(keys("items(added_at,item(name,artists(name)))", "items.1.item") == "artists name");
  CHECK(keys("items.item.artists.name", "items.0.item.artists.0") == "name");
  CHECK(keys("!items") == "href limit next offset previous total");
  CHECK(harness.get("/playlists/" + id + "/items?fields=items(name").status == 400);
  CHECK(harness.get("/playlists/" + id + "?fields=" + std::string(100, '(')).status == 400);
}

TEST_CASE("the ids of playlists are checked") {
  Harness harness;
  CHECK(harness.get("/playlists/short").message() == "Invalid base62 id");
  CHECK(harness.get("/playlists/0000000000000000000000").message() == "Resource not found");
}
