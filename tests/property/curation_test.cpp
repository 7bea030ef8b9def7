// The laws of the pure half of curation, over any lists.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <rapidcheck.h>
#include <string>
#include <vector>

#include "curation/diff.h"
#include "curation/duplicates.h"
#include "curation/formats.h"
#include "curation/plan.h"
#include "curation/words.h"
#include "tests/property/generators.h"

#include "tests/test.h"

namespace {

using curation::Entry;
using Uris = std::vector<std::string>;

// Few different ones, so that occurrences meet; some that cannot be added.
rc::Gen<Uris> uris() {
  return rc::gen::container<Uris>(rc::gen::map(rc::gen::inRange(0, 30), [](int n) {
    return n > 27 ? fmt::format("spotify:local:{}", n) : fmt::format("spotify:track:{}", n);
  }));
}

std::vector<Entry> entries_of(const Uris& list) {
  std::vector<Entry> entries;
  for (const std::string& uri : list) {
    Entry entry;
    entry.uri = uri;
    entry.title = base::ForeignText("Song " + uri.substr(uri.size() - 1));
    entry.artists = {base::ForeignText("One")};
    entry.duration_ms = 1000 * static_cast<int64_t>(uri.size());
    entries.push_back(std::move(entry));
  }
  return entries;
}

TEST_CASE("a difference applied to the first list gives the second") {
  CHECK(rc::check([] {
    const Uris a = *uris();
    const Uris b = *uris();
    const auto changes = curation::diff(a, b);
    RC_ASSERT(curation::apply(a, changes, b) == b);
    RC_ASSERT(changes.kept + changes.moved.size() + changes.removed.size() == a.size());
    RC_ASSERT(curation::diff(a, a).empty());
  }));
}

TEST_CASE("a plan leads where it should, in requests that Spotify takes") {
  CHECK(rc::check([] {
    const Uris now = *uris();
    Uris wanted = *uris();
    const auto plan = curation::plan(now, wanted);
    const bool may_fail = std::ranges::any_of(now, [](auto& uri) { return !curation::can_be_added(uri); }) ||
                          std::ranges::any_of(wanted, [](auto& uri) { return !curation::can_be_added(uri); });
    if (!may_fail) RC_ASSERT(plan.has_value());
    if (!plan) return;
    Uris list = now;
    for (const auto& step : plan->steps) {
      RC_ASSERT(step.uris.size() <= curation::kItemsPerRequest);
      RC_ASSERT(step.position <= list.size());
      RC_ASSERT(step.position + step.length <= list.size() && step.before <= list.size());
      curation::perform(step, list);
    }
    RC_ASSERT(list == wanted);
  }));
}

TEST_CASE("any order can be reached without losing a date when few items are out of place") {
  CHECK(rc::check([] {
    Uris now;
    for (int n = 0; n < 300; ++n) now.push_back(fmt::format("spotify:track:{}", n));
    Uris wanted = now;
    for (int i = 0; i < 5; ++i) {
      const auto from = *rc::gen::inRange<std::ptrdiff_t>(0, 300);
      const auto to = *rc::gen::inRange<std::ptrdiff_t>(0, 299);
      const std::string uri = wanted[static_cast<size_t>(from)];
      wanted.erase(wanted.begin() + from);
      wanted.insert(wanted.begin() + to, uri);
    }
    const auto plan = curation::plan(now, wanted);
    RC_ASSERT(plan->steps.size() <= 5);
    RC_ASSERT(plan->dates_lost == 0);
  }));
}

TEST_CASE("taking out duplicates is idempotent and keeps the first of each") {
  CHECK(rc::check([] {
    const auto before = entries_of(*uris());
    for (const auto match : {curation::Match::kUri, curation::Match::kRecording}) {
      const auto groups = curation::find_duplicates(before, match, std::chrono::milliseconds(100));
      const auto removal = curation::surplus_of(before, groups);
      const auto after = entries_of(curation::without(before, removal.positions));
      RC_ASSERT(after.size() + removal.positions.size() == before.size());
      const auto again = curation::find_duplicates(after, match, std::chrono::milliseconds(100));
      RC_ASSERT(curation::surplus_of(after, again).positions.empty());
    }
  }));
}

// Text without line ends, as the sanitiser gives it.
rc::Gen<std::string> clean() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab ,;\"'=+-@\\()[]#{}:")));
}

TEST_CASE("what is written as CSV or JSON is read as it was") {
  CHECK(rc::check([] {
    std::vector<curation::Row> rows;
    for (int n = *rc::gen::inRange(0, 8); n > 0; --n) {
      rows.push_back({.uri = "spotify:track:x", .title = *clean(), .album = *clean(), .isrc = "XX1", .duration_ms = n});
    }
    for (const auto format : {curation::Format::kCsv, curation::Format::kJson}) {
      std::string text = curation::head(format);
      for (const auto& row : rows) text += curation::write(format, row);
      const auto back = curation::parse(format, text);
      RC_ASSERT(back.has_value());
      RC_ASSERT(back->rows == rows);
    }
  }));
}

TEST_CASE("M3U and plain lines keep what they can say") {
  CHECK(rc::check([] {
    const curation::Row row{.uri = "spotify:track:x",
                            .title = "Tin " + std::to_string(*rc::gen::inRange(0, 99)),
                            .artists = {"Choir"},
                            .duration_ms = 1000 * *rc::gen::inRange<int64_t>(1, 900)};
    const auto m3u = curation::parse(
        curation::Format::kM3u, curation::head(curation::Format::kM3u) + curation::write(curation::Format::kM3u, row));
    RC_ASSERT(m3u->rows == std::vector{row});
    const auto text = curation::parse(curation::Format::kText, curation::write(curation::Format::kText, row));
    RC_ASSERT(text->rows.at(0).title == row.title);
    RC_ASSERT(text->rows.at(0).artists == row.artists);
  }));
}

TEST_CASE("reading any text ends, and folding is idempotent") {
  CHECK(rc::check([](const std::string& text) {
    for (const auto format : {curation::Format::kCsv, curation::Format::kM3u, curation::Format::kJson,
                              curation::Format::kText, curation::guess(text)}) {
      const auto parsed = curation::parse(format, text);
      if (!parsed) RC_ASSERT(!parsed.error().message.empty());
    }
    RC_ASSERT(curation::fold(curation::fold(text)) == curation::fold(text));
  }));
}

}  // namespace
