// What every implementation of the archive must do. A fixture gives `loop`, and archive(0) and archive(1): two views
// of one archive with room for four entries and a hundred bytes, of at most sixty each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/archive.h"
#include "tests/support/manual_loop.h"

#include "tests/test.h"

namespace archive_contract {

inline constexpr store::ArchiveLimits kLimits{.entries_max = 4, .bytes_max = 100, .content_bytes_max = 60};

inline store::Kept kept(std::string id, std::string content = "content", std::string subject = "list") {
  return {.id = std::move(id),
          .kind = "snapshot",
          .subject = std::move(subject),
          .label = "before",
          .at = {1'700'000'000'000},
          .content = std::move(content)};
}

template <class World>
void put(World& world, int view, const std::string& principal, store::Kept entry) {
  REQUIRE(world.loop.run(world.archive(view).put(principal, std::move(entry))));
}

template <class World>
std::optional<store::Kept> get(World& world, int view, const std::string& principal, const std::string& id) {
  auto found = world.loop.run(world.archive(view).get(principal, id));
  REQUIRE(found);
  return *std::move(found);
}

template <class World>
std::string ids(World& world, const std::string& principal, const std::string& kind = "snapshot",
                const std::string& subject = "") {
  const auto found = world.loop.run(world.archive(1).list(principal, kind, subject));
  REQUIRE(found);
  std::string out;
  for (const store::Kept& each : *found) {
    CHECK(each.content.empty());
    out += each.id;
  }
  return out;
}

template <class World>
void keeps_an_entry_whole() {
  World world;
  CHECK(!get(world, 0, "owner", "a"));
  const std::string content("with\0zero\n\xff", 12);
  put(world, 0, "owner", kept("a", content));
  const auto found = get(world, 1, "owner", "a");
  REQUIRE(found);
  CHECK(found->kind == "snapshot");
  CHECK(found->subject == "list");
  CHECK(found->label == "before");
  CHECK(found->at.unix_ms == 1'700'000'000'000);
  CHECK(found->content == content);
  CHECK(found->bytes == 12);
}

template <class World>
void replaces_and_erases() {
  World world;
  put(world, 0, "owner", kept("a", "1"));
  put(world, 1, "owner", kept("a", "2"));
  CHECK(get(world, 0, "owner", "a")->content == "2");
  CHECK(ids(world, "owner") == "a");
  REQUIRE(world.loop.run(world.archive(0).erase("owner", "a")));
  REQUIRE(world.loop.run(world.archive(0).erase("owner", "a")));
  CHECK(!get(world, 1, "owner", "a"));
}

template <class World>
void keeps_principals_apart() {
  World world;
  for (const char* name : {"a", "a' OR '1'='1", "b"}) put(world, 0, name, kept("x", name));
  CHECK(get(world, 1, "a", "x")->content == "a");
  CHECK(get(world, 1, "a' OR '1'='1", "x")->content == "a' OR '1'='1");
  REQUIRE(world.loop.run(world.archive(0).forget("a")));
  CHECK(!get(world, 0, "a", "x"));
  CHECK(get(world, 0, "b", "x"));
  CHECK(ids(world, "c").empty());
}

template <class World>
void lists_the_newest_first() {
  World world;
  put(world, 0, "owner", kept("a", "", "one"));
  put(world, 0, "owner", kept("b", "", "two"));
  put(world, 0, "owner", kept("c", "", "one"));
  store::Kept other = kept("d", "");
  other.kind = "receipt";
  put(world, 0, "owner", other);
  CHECK(ids(world, "owner") == "cba");
  CHECK(ids(world, "owner", "snapshot", "one") == "ca");
  CHECK(ids(world, "owner", "receipt") == "d");
  CHECK(ids(world, "owner", "snapshot", "none").empty());
}

template <class World>
void drops_the_oldest_beyond_its_limits() {
  World world;
  for (const char* id : {"a", "b", "c", "d", "e"}) put(world, 0, "owner", kept(id, ""));
  put(world, 0, "other", kept("x", ""));
  CHECK(ids(world, "owner") == "edcb");
  put(world, 0, "owner", kept("f", std::string(60, 'f')));
  put(world, 0, "owner", kept("g", std::string(60, 'g')));
  CHECK(ids(world, "owner") == "g");
  CHECK(ids(world, "other") == "x");
  const auto large = world.loop.run(world.archive(0).put("owner", kept("h", std::string(61, 'h'))));
  REQUIRE(!large);
  CHECK(large.error().code == base::Code::kInvalidArgument);
  CHECK(ids(world, "owner") == "g");
}

template <class World>
void run_all() {
  SUBCASE("keeps an entry whole") { keeps_an_entry_whole<World>(); }
  SUBCASE("replaces and erases") { replaces_and_erases<World>(); }
  SUBCASE("keeps principals apart, whatever they are called") { keeps_principals_apart<World>(); }
  SUBCASE("lists the newest first") { lists_the_newest_first<World>(); }
  SUBCASE("drops the oldest beyond its limits") { drops_the_oldest_beyond_its_limits<World>(); }
}

}  // namespace archive_contract
