// Cursors: good for one list of one user, refused everywhere else, whoever made them.
#include "tools/cursor.h"

#include <string>
#include <vector>

#include "crypto/base64.h"
#include "store/memory_archive.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

const mcp::Principal kOwner;

struct Installation {
  explicit Installation(uint64_t seed = 1) : random(seed) {}

  store::MemoryArchive archive;
  test::ManualClock clock;
  test::SeededRandom random;
  Desk desk{{archive, clock, random}};
};

TEST_CASE("a cursor gives back the place that it was made for") {
  const Installation here;
  const ListKey key(here.desk, kOwner, "get_playlist", {"id", "SE"});
  const auto offset = key.offset_of(CursorText(key.cursor_at(137)));
  REQUIRE(offset);
  CHECK(*offset == 137);
  CHECK(key.offset_of(std::nullopt) == 0);
}

TEST_CASE("a cursor of another tool, of other arguments or of somebody else is refused") {
  const Installation here;
  const mcp::Principal other{.id = "somebody"};
  const ListKey key(here.desk, kOwner, "get_playlist", {"id", "SE"});
  const CursorText cursor(key.cursor_at(5));
  for (const ListKey& wrong :
       {ListKey(here.desk, kOwner, "get_album_details", {"id", "SE"}),
        ListKey(here.desk, kOwner, "get_playlist", {"other", "SE"}),
        ListKey(here.desk, kOwner, "get_playlist", {"idSE", ""}), ListKey(here.desk, kOwner, "get_playlist", {"id"}),
        ListKey(here.desk, kOwner, "get_playlist", {"id", "SE", ""}),
        ListKey(here.desk, other, "get_playlist", {"id", "SE"}),
        ListKey(here.desk, {.id = ""}, "get_playlist", {"id", "SE"})}) {
    const auto refused = wrong.offset_of(cursor);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::Code::kInvalidArgument);
    CHECK(refused.error().message.starts_with("cursor "));
  }
}

TEST_CASE("a cursor of another installation is refused, and one of an older key of this one is not") {
  Installation here;
  Installation elsewhere(2);
  const auto of = [](const Installation& at) { return ListKey(at.desk, kOwner, "get_playlists", {}); };
  const CursorText cursor(of(elsewhere).cursor_at(5));
  CHECK_FALSE(of(here).offset_of(cursor));
  CHECK(of(elsewhere).offset_of(cursor));

  test::SeededRandom random(3);
  std::vector<crypto::Key> keys;
  keys.push_back(crypto::Key::generate(random));
  const auto with = [&](const std::vector<size_t>& names) {
    std::vector<crypto::Key> some;
    for (const size_t name : names) some.push_back(keys.at(name).clone());
    return some;
  };
  here.desk.set_keys(with({0}));
  const CursorText old(of(here).cursor_at(7));
  keys.push_back(crypto::Key::generate(random));
  here.desk.set_keys(with({1, 0}));
  CHECK(of(here).offset_of(old) == 7);
  CHECK(CursorText(of(here).cursor_at(7)).value() != old.value());
  here.desk.set_keys(with({1}));
  CHECK_FALSE(of(here).offset_of(old));
}

TEST_CASE("neither a ticket nor a cursor is taken for the other") {
  const Installation here;
  const std::string code = here.desk.cursor_code("deed");
  CHECK_FALSE(here.desk.is_good(code, "deed"));
  CHECK_FALSE(here.desk.is_cursor_code(here.desk.ticket_for("deed"), "deed"));
}

TEST_CASE("what is no cursor is refused, whatever it is") {
  const Installation here;
  const ListKey key(here.desk, kOwner, "t", {});
  const std::string good = key.cursor_at(5);
  const std::string code = good.substr(good.find('.'));
  const auto signed_as = [&](json::Object place) { return key.cursor_at(std::move(place)); };
  const auto claims = [&](std::string_view place) { return crypto::base64url_encode(place) + code; };
  REQUIRE(key.offset_of(CursorText(good)));
  REQUIRE(good == claims(R"({"o":5})"));
  for (const std::string& bad : {std::string("made-up"),
                                 std::string("!!!"),
                                 std::string("."),
                                 good + "=",
                                 good.substr(1),
                                 good.substr(0, good.size() - 1),
                                 good.substr(0, good.find('.')),
                                 code,
                                 "." + good,
                                 good + code,
                                 claims(R"({"o":6})"),
                                 claims(R"({"o":5} )"),
                                 claims("null"),
                                 claims(""),
                                 crypto::base64url_encode("{}"),
                                 signed_as({{"o", -1}}),
                                 signed_as({{"o", 1.5}}),
                                 signed_as({{"o", "5"}}),
                                 signed_as({{"o", 99'999'999}}),
                                 signed_as({{"x", 5}}),
                                 signed_as({{"o", json::Object{}}})}) {
    INFO(bad);
    CHECK_FALSE(key.offset_of(CursorText(bad)));
  }
}

TEST_CASE("no list of any tool goes on for somebody else") {
  Bench bench;
  const std::vector<std::pair<std::string, json::Object>> lists{
      {"search", {{"query", "a"}, {"types", json::Array{"album"}}}},
      {"search_tracks", {{"query", "a"}}},
      {"get_artist_albums", {{"artist_id", bench.simulator.catalogue().artists[0].id}}},
      {"get_playlists", {}},
      {"get_playlist", {{"playlist_id", bench.playlist_id("Everything, always")}}},
      {"get_saved_tracks", {}},
      {"get_saved_albums", {}},
      {"get_top_items", {{"type", "track"}}},
      {"get_followed_artists", {}},
      {"get_show_episodes", {{"show_id", bench.simulator.catalogue().shows[0].id}}},
      {"get_saved_shows", {}},
      {"diff_playlists",
       {{"first_id", bench.playlist_id("Everything, always")}, {"second_id", bench.playlist_id("Twice as nice")}}},
  };
  for (const auto& [tool, arguments] : lists) {
    INFO(tool);
    json::Object next = arguments;
    next.set("limit", 1);
    next.set("cursor", text(bench.answer(tool, next), "next_cursor"));
    REQUIRE_FALSE(text(next, "cursor").empty());
    mcp::CallContext other(bench.loop, {.id = "somebody"}, mcp::Revision::k2026_07_28, base::Instant::never());
    const auto refused = bench.run(other, tool, next);
    CHECK(refused.is_error);
    CHECK(Bench::text_of(refused).starts_with("cursor does not belong to this call"));
    CHECK_FALSE(bench.call(tool, next).is_error);
  }
}

}  // namespace
}  // namespace tools
