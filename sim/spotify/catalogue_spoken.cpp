// Podcasts and audiobooks.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/spotify/catalogue.h"
#include "sim/spotify/seeded.h"
#include "sim/spotify/words.h"

namespace sim::spotify {
namespace {

constexpr Index kShowCount = 36;
constexpr Index kAudiobookCount = 24;

std::string person(Seeded& seeded) {
  return fmt::format("{} {}", seeded.pick(words::first_names()), seeded.pick(words::last_names()));
}

Date day(int year, int month, int day_of_month) {
  return {fmt::format("{}-{:02}-{:02}", year, month, day_of_month), "day"};
}

void add_episodes(Catalogue& made, Seeded& seeded, Index show, std::string_view topic) {
  // The second show is long, so that paging has something to do.
  const int count = show == 1 ? 120 : seeded.between(8, 40);
  for (int n = 0; n < count; ++n) {
    const auto i = static_cast<Index>(made.episodes.size());
    const int number = count - n;
    Episode episode;
    episode.id = catalogue_id(made.seed, "episode", i);
    episode.name = fmt::format("#{}: {} {} and {}", number, seeded.pick(words::adjectives()), topic,
                               seeded.pick(words::nouns()));
    episode.description =
        fmt::format("In episode {} we speak with {} about {} in {}. Notes & links: https://example.invalid/{}",
                    number, person(seeded), topic, seeded.pick(words::places()), number);
    episode.show = show;
    episode.duration_ms = seeded.between(9 * 60'000, 95 * 60'000);
    episode.is_explicit = seeded.chance(5);
    // One a fortnight, backwards from the newest.
    const int fortnight = n * 2;
    episode.released = day(2026 - fortnight / 50, 11 - (fortnight % 50) / 5, 20 - (fortnight % 5) * 4);
    made.shows[show].episodes.push_back(i);
    made.episodes.push_back(std::move(episode));
  }
}

void add_show(Catalogue& made, Seeded& seeded, Index i) {
  const auto topics = words::podcast_topics();
  const auto forms = words::podcast_forms();
  const std::string_view topic = topics[i % topics.size()];
  Show show;
  show.id = catalogue_id(made.seed, "show", i);
  const std::string_view form = forms[(i + i / topics.size()) % forms.size()];
  show.name = fmt::format(fmt::runtime(form), topic);
  show.publisher = person(seeded);
  show.description = fmt::format("{} for people who like {}. Hosted by {}. \"Five stars\", says <nobody>.",
                                 show.name, topic, show.publisher);
  show.language = words::languages()[i % words::languages().size()];
  show.is_explicit = seeded.chance(8);
  made.shows.push_back(std::move(show));
  add_episodes(made, seeded, i, topic);
}

void add_chapters(Catalogue& made, Seeded& seeded, Index book, const Date& released) {
  const int count = seeded.between(6, 42);
  for (int n = 0; n < count; ++n) {
    const auto i = static_cast<Index>(made.chapters.size());
    Chapter chapter;
    chapter.id = catalogue_id(made.seed, "chapter", i);
    chapter.name = n == 0           ? "Opening Credits"
                   : n == count - 1 ? "Closing Credits"
                                    : fmt::format("Chapter {}: The {}", n, seeded.pick(words::nouns()));
    chapter.audiobook = book;
    chapter.number = n;
    chapter.duration_ms = n == 0 || n == count - 1 ? 23'000 : seeded.between(10 * 60'000, 50 * 60'000);
    chapter.released = released;
    made.audiobooks[book].chapters.push_back(i);
    made.chapters.push_back(std::move(chapter));
  }
}

void add_audiobook(Catalogue& made, Seeded& seeded, Index i) {
  const auto subjects = words::book_subjects();
  Audiobook book;
  book.id = catalogue_id(made.seed, "audiobook", i);
  book.name = subjects[i % subjects.size()];
  book.authors.push_back(person(seeded));
  if (seeded.chance(15)) book.authors.push_back(person(seeded));
  book.narrators.push_back(person(seeded));
  book.publisher = seeded.pick(words::labels());
  book.description = fmt::format("Author(s): {}\nNarrator(s): {}\n{} tells of a {} in {}.", book.authors[0],
                                 book.narrators[0], book.name, seeded.pick(words::nouns()),
                                 seeded.pick(words::places()));
  book.language = i % 6 == 5 ? "de" : "en";
  book.is_explicit = seeded.chance(6);
  made.audiobooks.push_back(std::move(book));
  add_chapters(made, seeded, i, day(seeded.between(2004, 2026), seeded.between(1, 10), seeded.between(1, 28)));
}

}  // namespace

bool has_audiobooks(std::string_view country) {
  constexpr std::array<std::string_view, 6> kCountries{"AU", "CA", "GB", "IE", "NZ", "US"};
  return std::ranges::find(kCountries, country) != kCountries.end();
}

void add_spoken(Catalogue& catalogue) {
  Seeded seeded(catalogue.seed ^ fnv1a("spoken"));
  for (Index i = 0; i < kShowCount; ++i) add_show(catalogue, seeded, i);
  for (Index i = 0; i < kAudiobookCount; ++i) add_audiobook(catalogue, seeded, i);
}

}  // namespace sim::spotify
