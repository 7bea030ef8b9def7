// Completion by name over lists that are too long to be read at once.
#include "tools/names.h"

#include <fmt/format.h>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"
#include "tools/resources.h"

#include "tests/test.h"

namespace tools {
namespace {

json::Value page(const std::vector<std::string>& names, std::string_view cursor = "", int total = 100) {
  json::Array rows;
  for (const std::string& name : names)
    rows.emplace_back(json::Object{{"uri", "spotify:x:id-" + name}, {"name", name}});
  json::Object answer{{"items", std::move(rows)}, {"total", total}};
  if (!cursor.empty()) answer.append("next_cursor", cursor);
  return answer;
}

using Found = std::vector<std::string>;

TEST_CASE("names that begin with what was typed come before those that hold it") {
  Names names("name");
  names.begin(page({"Slow dance", "Dance", "dancehall", "Other"}));
  CHECK(names.find("DANCE") == Found{"Dance", "dancehall", "Slow dance"});
  CHECK(names.find("").size() == 4);
  CHECK(names.find("none").empty());
  CHECK(names.cursor().empty());
}

TEST_CASE("a value is the id at the end of the URI, and is found by how it begins") {
  Names names("id");
  names.begin(page({"One", "Two"}));
  CHECK(names.find("id-O") == Found{"id-One"});
  CHECK(names.find("two") == Found{"id-Two"});
}

TEST_CASE("pages are appended once each, and an unchanged first page keeps them") {
  Names names("name");
  names.begin(page({"One"}, "c1"));
  CHECK(names.cursor() == "c1");
  names.go_on("c1", page({"Two"}, "c2"));
  names.go_on("c1", page({"Two"}, "c2"));
  CHECK(names.size() == 2);
  names.begin(page({"One"}, "c1"));
  CHECK(names.size() == 2);
  CHECK(names.cursor() == "c2");
}

TEST_CASE("another first page, or another total, begins anew") {
  Names names("name");
  names.begin(page({"One"}, "c1"));
  names.go_on("c1", page({"Two"}));
  names.begin(page({"New"}, "c9"));
  CHECK(names.find("") == Found{"New"});
  names.go_on("c9", page({"One"}));
  names.begin(page({"New"}, "c9", 99));
  CHECK(names.find("") == Found{"New"});
}

TEST_CASE("a hundred values are the most, those that begin so first") {
  Names names("name");
  std::vector<std::string> many(300, "a b");
  many.emplace_back("b");
  names.begin(page(many));
  CHECK(names.find("b").size() == Names::kFoundMax);
  CHECK(names.find("b").front() == "b");
}

TEST_CASE("a list without end is read to a bound") {
  Names names("name");
  names.begin(page(std::vector<std::string>(500, "x"), "next"));
  for (int i = 0; i < 100 && !names.cursor().empty(); ++i) {
    names.go_on("next", page(std::vector<std::string>(500, "x"), "next"));
  }
  CHECK(names.cursor().empty());
  CHECK(names.size() == Names::kRowsMax);
}

TEST_CASE("users have their own names, and the one who was away longest is forgotten") {
  NameBook book("name");
  const auto first = book.of("first");
  first->begin(page({"Mine"}));
  CHECK(book.of("second")->size() == 0);
  CHECK(book.of("first") == first);
  for (size_t i = 0; i < NameBook::kUsersMax - 1; ++i) (void)book.of(fmt::format("user {}", i));
  CHECK(book.of("first") == first);
  for (size_t i = 0; i < NameBook::kUsersMax; ++i) (void)book.of(fmt::format("user {}", i));
  CHECK(book.of("first")->size() == 0);
  book.of("first")->begin(page({"Mine"}));
  book.forget("first");
  CHECK(book.of("first")->size() == 0);
}

// The default user with that many more playlists, the last of which has a name of its own.
void add_playlists(Bench& bench, int count) {
  sim::spotify::World& world = bench.simulator.world();
  for (int i = 0; i < count; ++i) {
    const std::string name = i == 0 ? "Zydeco nights" : fmt::format("List {}", i);
    (void)world.create_playlist(sim::spotify::kDefaultUser, name, bench.loop.wall() + std::chrono::milliseconds(i));
  }
}

TEST_CASE("a playlist far down the list is completed after some letters, without reading the list at once") {
  Bench bench;
  add_playlists(bench, 500);
  const auto resources = resources_over(bench.tools);
  const auto template_of =
      std::ranges::find(resources.templates, "spotify://playlist/{id}", &mcp::ResourceTemplate::uri_template);
  REQUIRE(template_of != resources.templates.end());
  const auto complete = [&](std::string typed) {
    mcp::CallContext context(bench.loop, {}, mcp::Revision::k2026_07_28, bench.loop.now() + bench.time_allowed);
    return bench.loop.run(template_of->complete(context, "id", std::move(typed), {})).value();
  };
  const auto reads = [&] { return bench.simulator.requests("GET /me/playlists"); };
  // What is common is found in the first page.
  CHECK(complete("list").size() >= 10);
  CHECK(reads() == 1);
  const std::string id = bench.playlist_id("Zydeco nights");
  int letters = 0;
  for (std::string_view typed = "zydeco nights"; letters < 4; ++letters) {
    const int before = reads();
    const auto found = complete(std::string(typed.substr(0, static_cast<size_t>(letters) + 1)));
    CHECK(reads() - before <= 5);
    if (std::ranges::find(found, id) != found.end()) break;
  }
  CHECK(letters < 4);
  // All is known now, so that nothing but the first page is read again.
  const int before = reads();
  CHECK(complete("zydeco") == std::vector{id});
  CHECK(reads() - before <= 1);
}

}  // namespace
}  // namespace tools
