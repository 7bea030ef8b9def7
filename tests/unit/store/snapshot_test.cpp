// Copies of databases: one state while others write, a change of content that its users see as a whole, and damage.
#include "store/sqlite/snapshot.h"

#include <fstream>
#include <string>

#include "store/sqlite/database.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

using store::sqlite::Database;

constexpr const char* const kTables[] = {"CREATE TABLE words (word TEXT NOT NULL) STRICT;"};
constexpr store::sqlite::Schema kSchema{.application_id = 0x54455354, .migrations = kTables};

Database opened(const std::string& directory, const std::string& name) {
  auto database = Database::open(directory, name, kSchema);
  REQUIRE(database);
  return *std::move(database);
}
void add(const Database& database, const std::string& word) {
  REQUIRE(database.execute("INSERT INTO words (word) VALUES (?1)", {word}));
}
std::string words(const Database& database) {
  auto rows = database.query("SELECT group_concat(word, ' ') FROM words", {});
  REQUIRE(rows);
  REQUIRE(rows->next());
  return rows->text(0);
}

}  // namespace

TEST_CASE("a copy holds what was committed, also what stands in the log of the database only") {
  const test::TemporaryDirectory place;
  const Database source = opened(place.path(), "source.db");
  add(source, "one");
  auto open_write = Database::Transaction::begin(source, Database::Access::kWrite);
  REQUIRE(open_write);
  add(source, "uncommitted");
  REQUIRE(store::sqlite::copy_database(place.path() + "/source.db", place.path() + "/copy.db"));
  CHECK(words(opened(place.path(), "copy.db")) == "one");
}

TEST_CASE("whoever has a database open sees the new content at once, and nothing of the old") {
  const test::TemporaryDirectory place;
  {
    const Database kept = opened(place.path(), "kept.db");
    add(kept, "old");
  }
  const Database live = opened(place.path(), "live.db");
  add(live, "new");
  add(live, "newer");
  REQUIRE(store::sqlite::copy_database(place.path() + "/kept.db", place.path() + "/live.db"));
  CHECK(words(live) == "old");
}

TEST_CASE("a damaged database is found, and no database is none") {
  const test::TemporaryDirectory place;
  {
    const Database database = opened(place.path(), "whole.db");
    for (int i = 0; i < 500; ++i) add(database, "a word that takes some room in the file");
  }
  const std::string path = place.path() + "/whole.db";
  CHECK(store::sqlite::is_database(path));
  REQUIRE(store::sqlite::check_database(path));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(3 * 4096);
  file << std::string(4096, 'x');
  file.close();
  CHECK_FALSE(store::sqlite::check_database(path).has_value());
  std::ofstream(place.path() + "/text") << "no database at all";
  CHECK_FALSE(store::sqlite::is_database(place.path() + "/text"));
  CHECK_FALSE(store::sqlite::copy_database(place.path() + "/text", place.path() + "/copy.db").has_value());
}
