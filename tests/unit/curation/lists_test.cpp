// Duplicates, orders, differences and plans, on lists small enough to see.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "curation/diff.h"
#include "curation/duplicates.h"
#include "curation/order.h"
#include "curation/plan.h"
#include "tests/support/seeded_random.h"

#include "tests/test.h"

namespace curation {
namespace {

using std::chrono::milliseconds;

using Uris = std::vector<std::string>;

Entry entry(std::string uri, std::string title = "", std::string artist = "", int64_t duration_ms = 0,
            std::string isrc = "") {
  Entry out;
  out.uri = std::move(uri);
  out.title = base::ForeignText(std::move(title));
  if (!artist.empty()) out.artists.emplace_back(std::move(artist));
  out.duration_ms = duration_ms;
  out.isrc = std::move(isrc);
  return out;
}

std::string track(int n) { return fmt::format("spotify:track:{:022}", n); }
Uris tracks(std::initializer_list<int> numbers) {
  Uris uris;
  for (const int n : numbers) uris.push_back(track(n));
  return uris;
}

Uris performed(Uris uris, const Plan& plan) {
  for (const Step& step : plan.steps) {
    CHECK(step.uris.size() <= kItemsPerRequest);
    perform(step, uris);
  }
  return uris;
}

TEST_CASE("the same URI, the same ISRC and the same song within the tolerance are duplicates") {
  const std::vector<Entry> entries{
      entry("a", "Tin Roof", "Choir", 200'000, "X1"),  entry("b", "Tin roof!", "choir", 201'500),
      entry("c", "Tin Roof (Live)", "Choir", 200'000), entry("a", "Tin Roof", "Choir", 200'000, "X1"),
      entry("d", "Other", "Choir", 100'000, "X1"),     entry("e", "Tin Roof", "Choir", 260'000),
      entry("", "Tin Roof", "Choir", 200'000),
  };
  const auto same = find_duplicates(entries, Match::kUri, milliseconds(2000));
  REQUIRE(same.size() == 1);
  CHECK(same[0].positions == std::vector<size_t>{0, 3});
  CHECK(same[0].is_same_uri);
  const auto recordings = find_duplicates(entries, Match::kRecording, milliseconds(2000));
  REQUIRE(recordings.size() == 1);
  CHECK(recordings[0].positions == std::vector<size_t>{0, 1, 3, 4});
  CHECK_FALSE(recordings[0].is_same_uri);
}

TEST_CASE("a chain of small differences in length does not join its ends") {
  std::vector<Entry> entries;
  for (int n = 0; n < 5; ++n) entries.push_back(entry(track(n), "Song", "One", 100'000 + n * 1500));
  const auto groups = find_duplicates(entries, Match::kRecording, milliseconds(2000));
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].positions == std::vector<size_t>{0, 1});
  CHECK(groups[1].positions == std::vector<size_t>{2, 3});
}

TEST_CASE("a second copy of a local file is left alone, since it could not come back") {
  const std::vector<Entry> entries{entry("spotify:local:x"), entry(track(1)), entry("spotify:local:x"),
                                   entry(track(1))};
  const auto removal = surplus_of(entries, find_duplicates(entries, Match::kUri, milliseconds(0)));
  CHECK(removal.positions == std::vector<size_t>{3});
  CHECK(removal.left_alone == 1);
  CHECK(without(entries, removal.positions) == Uris{"spotify:local:x", track(1), "spotify:local:x"});
}

TEST_CASE("sorting folds case and accents, keeps equals in order, and puts what has no value last") {
  const std::vector<Entry> entries{entry("a", "zebra"), entry("b", "\u00c9clair"), entry("c"), entry("d", "apple"),
                                   entry("e", "APPLE")};
  CHECK(in_order(entries, sorted(entries, SortBy::kTitle, Direction::kAscending)) == Uris{"d", "e", "b", "a", "c"});
  CHECK(in_order(entries, sorted(entries, SortBy::kTitle, Direction::kDescending)) == Uris{"a", "b", "d", "e", "c"});
}

TEST_CASE("a shuffle loses nothing") {
  test::SeededRandom random(3);
  auto order = shuffled(1000, random);
  CHECK_FALSE(std::ranges::is_sorted(order));
  std::ranges::sort(order);
  for (size_t i = 0; i < order.size(); ++i) CHECK(order[i] == i);
}

TEST_CASE("a difference names what went, what came, and the fewest that moved") {
  const Uris a{"a", "b", "c", "d", "x"};
  const Uris b{"b", "c", "n", "d", "a"};
  const Diff found = diff(a, b);
  CHECK(found.removed == std::vector<size_t>{4});
  CHECK(found.added == std::vector<size_t>{2});
  REQUIRE(found.moved.size() == 1);
  CHECK(found.moved[0] == Move{0, 4});
  CHECK(found.kept == 3);
  CHECK(apply(a, found, b) == b);
}

TEST_CASE("nothing to do is no request, one move is one, and neighbours move together") {
  CHECK(plan(tracks({1, 2}), tracks({1, 2}))->empty());
  const auto one = plan(tracks({1, 2, 3, 4}), tracks({2, 3, 4, 1}));
  REQUIRE(one->steps.size() == 1);
  CHECK(one->steps[0].kind == Step::Kind::kMove);
  CHECK(one->dates_lost == 0);
  const auto block = plan(tracks({1, 2, 3, 4, 5, 6, 7}), tracks({4, 5, 1, 2, 3, 6, 7}));
  REQUIRE(block->steps.size() == 1);
  CHECK(block->steps[0].length == 2);
}

TEST_CASE("a duplicate goes by removing all of its copies and adding one") {
  const Uris now = tracks({1, 2, 3, 2, 4});
  const Uris wanted = tracks({1, 2, 3, 4});
  const auto steps = plan(now, wanted);
  REQUIRE(steps);
  CHECK(performed(now, *steps) == wanted);
  CHECK(steps->steps.size() == 2);
  CHECK(steps->dates_lost == 1);
}

TEST_CASE("10,000 in another order are written anew in 100 requests") {
  Uris now;
  for (int n = 0; n < 10'000; ++n) now.push_back(track(n));
  Uris wanted(now.rbegin(), now.rend());
  const auto steps = plan(now, wanted);
  REQUIRE(steps);
  CHECK(steps->steps.size() == 100);
  CHECK(steps->steps[0].kind == Step::Kind::kReplace);
  CHECK(steps->dates_lost == 10'000);
  CHECK(performed(now, *steps) == wanted);
}

TEST_CASE("a local file stays while everything around it is written anew") {
  Uris now;
  for (int n = 0; n < 600; ++n) now.push_back(track(n));
  now.insert(now.begin() + 300, "spotify:local:x");
  Uris wanted(now.rbegin(), now.rend());
  const auto steps = plan(now, wanted);
  REQUIRE(steps);
  CHECK(performed(now, *steps) == wanted);
  CHECK(std::ranges::none_of(steps->steps, [](const Step& step) { return step.kind == Step::Kind::kReplace; }));
  CHECK(steps->steps.size() < 20);
}

TEST_CASE("no way leads to a local file that is not there, or to fewer copies of one") {
  CHECK_FALSE(plan(tracks({1}), Uris{track(1), "spotify:local:x"}));
  CHECK_FALSE(plan(Uris{"spotify:local:x", "spotify:local:x"}, Uris{"spotify:local:x"}));
  // What has no name cannot be removed by it, but it goes when everything is replaced.
  CHECK(plan(Uris{"", track(1)}, Uris{track(1)})->steps[0].kind == Step::Kind::kReplace);
  CHECK(plan(Uris{"spotify:local:x", track(1)}, Uris{track(1)}));
  CHECK(plan(Uris{"", track(1)}, Uris{track(1), ""}));
}

}  // namespace
}  // namespace curation
