// Podcasts and audiobooks: details, lists that can be walked to their end, and how far the user has listened.
#include <set>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

bool distinct(const std::vector<std::string>& uris) { return std::set(uris.begin(), uris.end()).size() == uris.size(); }

sim::spotify::Config of_regime(sim::spotify::Regime regime) {
  sim::spotify::Config config;
  config.regime = regime;
  return config;
}

TEST_CASE("a podcast by id, URI and link, with its description as plain words") {
  Bench bench;
  const auto& show = bench.simulator.catalogue().shows[1];
  for (const std::string& name : {show.id, "spotify:show:" + show.id, "https://open.spotify.com/show/" + show.id}) {
    const auto answer = bench.answer("get_show", json::Object{{"show_id", name}});
    CHECK(text(answer, "uri") == "spotify:show:" + show.id);
    CHECK(text(answer, "name") == show.name);
    CHECK(integer(answer, "episodes") == static_cast<int64_t>(show.episodes.size()));
    CHECK(text(answer, "media_type") == "audio");
    CHECK(answer.find("languages")->array().front() == json::Value(show.language));
    CHECK(text(answer, "description").starts_with(show.name));
    // dev2026 does not say who publishes it.
    CHECK(answer.find("publisher") == nullptr);
  }
  CHECK(bench.simulator.requests("GET /shows/{id}") == 1);
}

TEST_CASE("older regimes say who publishes a podcast") {
  Bench bench(of_regime(sim::spotify::Regime::kExtended));
  const auto& show = bench.simulator.catalogue().shows[0];
  CHECK(text(bench.answer("get_show", json::Object{{"show_id", show.id}}), "publisher") == show.publisher);
}

TEST_CASE("the episodes of a podcast can be walked, newest first") {
  Bench bench;
  const auto& show = bench.simulator.catalogue().shows[1];
  const auto walked = walk(bench, "get_show_episodes", {{"show_id", show.id}, {"limit", 50}});
  REQUIRE(walked.uris.size() == show.episodes.size());
  for (size_t n = 0; n < walked.uris.size(); ++n) {
    CHECK(walked.uris[n] == "spotify:episode:" + bench.simulator.catalogue().episodes[show.episodes[n]].id);
  }
  CHECK(walked.total == static_cast<int64_t>(show.episodes.size()));
  CHECK(bench.simulator.requests("GET /shows/{id}/episodes") == 3);
}

TEST_CASE("episodes say how far they were heard, and only what was begun or finished") {
  Bench bench;
  const auto& show = bench.simulator.catalogue().shows[1];
  const auto answer = bench.answer("get_show_episodes", json::Object{{"show_id", show.id}, {"limit", 50}});
  int begun = 0;
  int finished = 0;
  for (const json::Value& item : items(answer)) {
    const bool resumes = item.find("resume_ms") != nullptr;
    const bool played = item.find("played") != nullptr;
    CHECK_FALSE((resumes && played));
    if (resumes) CHECK(integer(item, "resume_ms") > 0);
    begun += resumes ? 1 : 0;
    finished += played ? 1 : 0;
    const auto alone = bench.answer("get_episode", json::Object{{"episode_id", text(item, "uri")}});
    CHECK((alone.find("resume_ms") != nullptr) == resumes);
    CHECK((alone.find("played") != nullptr) == played);
  }
  CHECK(begun > 0);
  CHECK(finished > 0);
}

TEST_CASE("without the permission for it, nothing is said about how far anything was heard") {
  Bench bench;
  bench.tokens.token = bench.simulator.grant({"user-library-read"}).access;
  const auto& show = bench.simulator.catalogue().shows[1];
  for (const json::Value& item :
       items(bench.answer("get_show_episodes", json::Object{{"show_id", show.id}, {"limit", 50}}))) {
    CHECK(item.find("resume_ms") == nullptr);
    CHECK(item.find("played") == nullptr);
  }
}

TEST_CASE("an episode names its podcast") {
  Bench bench;
  const auto& catalogue = bench.simulator.catalogue();
  const auto& episode = catalogue.episodes[2];
  const auto answer = bench.answer("get_episode", json::Object{{"episode_id", episode.id}});
  CHECK(text(answer, "uri") == "spotify:episode:" + episode.id);
  CHECK(text(*answer.find("show"), "uri") == "spotify:show:" + catalogue.shows[episode.show].id);
  CHECK(text(answer, "released") == episode.released.text);
  CHECK(integer(answer, "duration_ms") == episode.duration_ms);
  // Spotify's description is HTML; tags and entities do not come through.
  CHECK_FALSE(text(answer, "description").contains("&amp;"));
  CHECK_FALSE(text(answer, "description").contains("<p>"));
}

TEST_CASE("an audiobook and its chapters") {
  Bench bench;
  const auto& catalogue = bench.simulator.catalogue();
  const auto& book = catalogue.audiobooks[0];
  // The link of a book is the one of a show.
  for (const std::string& name : {book.id, "spotify:show:" + book.id, "https://open.spotify.com/show/" + book.id}) {
    const auto answer = bench.answer("get_audiobook", json::Object{{"audiobook_id", name}});
    CHECK(text(answer, "name") == book.name);
    CHECK(answer.find("authors")->array().size() == book.authors.size());
    CHECK(answer.find("narrators")->array().front() == json::Value(book.narrators.front()));
    CHECK(integer(answer, "chapters") == static_cast<int64_t>(book.chapters.size()));
    CHECK(text(answer, "edition") == "Unabridged");
  }
  const auto walked = walk(bench, "get_audiobook_chapters", {{"audiobook_id", book.id}, {"limit", 4}});
  REQUIRE(walked.uris.size() == book.chapters.size());
  CHECK(walked.uris.front() == "spotify:episode:" + catalogue.chapters[book.chapters.front()].id);
}

TEST_CASE("saved podcasts, episodes and audiobooks can be walked to their end") {
  Bench bench;
  const auto& user = bench.simulator.user();
  const auto shows = walk(bench, "get_saved_shows", {{"limit", 2}});
  CHECK(shows.uris.size() == user.shows.items().size());
  CHECK(distinct(shows.uris));
  const auto episodes = walk(bench, "get_saved_episodes", {{"limit", 3}});
  CHECK(episodes.uris.size() == user.episodes.items().size());
  const auto books = walk(bench, "get_saved_audiobooks", {{"limit", 1}});
  CHECK(books.uris.size() == user.audiobooks.items().size());
  CHECK_FALSE(shows.uris.empty());
  CHECK_FALSE(episodes.uris.empty());
  CHECK_FALSE(books.uris.empty());
  const auto first = items(bench.answer("get_saved_episodes", json::Object{})).front();
  CHECK_FALSE(text(first, "added_at").empty());
  CHECK_FALSE(text(first, "show").empty());
  CHECK(first.find("album") == nullptr);
  // What a show and an audiobook hold has the words of their details.
  const auto show = items(bench.answer("get_saved_shows", json::Object{})).front();
  CHECK(integer(show, "episodes") > 0);
  CHECK(show.find("tracks") == nullptr);
  const auto book = items(bench.answer("get_saved_audiobooks", json::Object{})).front();
  CHECK(integer(book, "chapters") > 0);
  CHECK_FALSE(book.find("authors")->array().empty());
  CHECK(book.find("artists") == nullptr);
}

TEST_CASE("what is saved here shows in the list at once") {
  Bench bench;
  const auto before = bench.answer("get_saved_shows", json::Object{});
  const std::string uri = "spotify:show:" + bench.simulator.catalogue().shows[30].id;
  bench.answer("save_to_library", json::Object{{"uris", json::Array{uri}}});
  const auto after = bench.answer("get_saved_shows", json::Object{});
  CHECK(integer(after, "total") == integer(before, "total") + 1);
  CHECK(uris(after).front() == uri);
}

TEST_CASE("what does not exist is an error that says what to do") {
  Bench bench;
  const std::string none = "0000000000000000000000";
  CHECK(bench.error("get_show", json::Object{{"show_id", none}}).contains("Check the id"));
  CHECK(bench.error("get_show_episodes", json::Object{{"show_id", none}}).contains("Check the id"));
  CHECK(bench.error("get_episode", json::Object{{"episode_id", none}}).contains("Check the id"));
  CHECK(bench.error("get_audiobook", json::Object{{"audiobook_id", none}}).contains("New Zealand"));
  CHECK(bench.error("get_show", json::Object{{"show_id", "spotify:track:" + none}}).contains("show"));
  CHECK(bench
            .error("get_show_episodes",
                   json::Object{{"show_id", bench.simulator.catalogue().shows[0].id}, {"cursor", "AAAA"}})
            .contains("cursor"));
}

TEST_CASE("a missing permission is named") {
  Bench bench;
  bench.tokens.token = bench.simulator.grant({"user-top-read"}).access;
  CHECK(bench.error("get_saved_shows", json::Object{}).contains("user-library-read"));
}

TEST_CASE("an audiobook that is not offered in a market is an error that names the countries") {
  Bench bench;
  const std::string id = bench.simulator.catalogue().audiobooks[0].id;
  CHECK(bench.error("get_audiobook", json::Object{{"audiobook_id", id}, {"market", "DE"}}).contains("Ireland"));
  CHECK(bench.error("get_audiobook_chapters", json::Object{{"audiobook_id", id}, {"market", "DE"}})
            .contains("the market"));
}

TEST_CASE("long descriptions and names stay within the budget") {
  Bench bench;
  auto& catalogue = const_cast<sim::spotify::Catalogue&>(bench.simulator.catalogue());
  for (auto& episode : catalogue.episodes) episode.name = std::string(400, '"') + episode.id;
  for (auto& show : catalogue.shows) show.description = std::string(100'000, 'x');
  const auto walked = walk(bench, "get_show_episodes", {{"show_id", catalogue.shows[1].id}, {"limit", 50}});
  CHECK(walked.truncated);
  CHECK(walked.uris.size() == catalogue.shows[1].episodes.size());
  CHECK(wire_cost(bench.answer("get_show", json::Object{{"show_id", catalogue.shows[1].id}})) < 4'000);
}

TEST_CASE("hidden instructions in a description lose their invisible characters") {
  Bench bench;
  auto& catalogue = const_cast<sim::spotify::Catalogue&>(bench.simulator.catalogue());
  catalogue.shows[0].description = "Calm\xE2\x80\xAE<b>voices</b>\xF3\xA0\x81\x81";
  catalogue.shows[0].name =
      "A\xE2\x80\x8B"
      "B";
  const auto answer = bench.answer("get_show", json::Object{{"show_id", catalogue.shows[0].id}});
  CHECK_FALSE(text(answer, "description").contains("\xE2\x80\xAE"));
  CHECK_FALSE(text(answer, "description").contains("\xF3\xA0\x81\x81"));
  CHECK(text(answer, "name") == "AB");
}

TEST_CASE("in lockdown no word of a podcast comes out") {
  Bench bench({}, {.privacy = Privacy::kLockdown});
  const auto& catalogue = bench.simulator.catalogue();
  const std::vector<std::pair<std::string, json::Object>> calls{
      {"get_show", {{"show_id", catalogue.shows[0].id}}},
      {"get_show_episodes", {{"show_id", catalogue.shows[0].id}}},
      {"get_episode", {{"episode_id", catalogue.episodes[0].id}}},
      {"get_saved_shows", {}},
      {"get_saved_episodes", {}},
      {"get_audiobook", {{"audiobook_id", catalogue.audiobooks[0].id}}},
      {"get_audiobook_chapters", {{"audiobook_id", catalogue.audiobooks[0].id}}},
      {"get_saved_audiobooks", {}},
  };
  for (const auto& [tool, arguments] : calls) {
    INFO(tool);
    const std::string answer = json::write(bench.answer(tool, arguments));
    for (const char* member :
         {"\"name\"", "\"description\"", "\"authors\"", "\"narrators\"", "\"url\"", "\"artists\""}) {
      CHECK_FALSE(answer.contains(member));
    }
  }
}

}  // namespace
}  // namespace tools
