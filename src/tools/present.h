// Turns what Spotify sent into what a model may read. This is the only place where ForeignText becomes output: every
// word passes the sanitiser, and none passes in lockdown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/foreign_text.h"
#include "curation/entry.h"
#include "spotify/model.h"
#include "tools/answers.h"
#include "tools/detail.h"
#include "tools/sanitise.h"
#include "tools/services.h"

namespace tools {

class Presenter {
 public:
  // With a detail of a list's rows: see detail.h. The services must outlive it.
  explicit Presenter(const Services& services, Detail detail = Detail::kConcise)
      : lockdown_(services.options.privacy == Privacy::kLockdown),
        is_detailed_(detail == Detail::kDetailed),
        on_suspicion_(services.on_suspicion) {}

  // Nothing for an empty text, and in lockdown. `of` is the URI of what is so named, for those who look into what is
  // suspicious.
  std::optional<std::string> name(const base::ForeignText& text, std::string_view of = "") const;
  std::optional<std::string> description(const base::ForeignText& html, std::string_view of = "") const;
  // For a sentence: the name in quotation marks, or `otherwise` (an id or a URI) where there is none to show. Quotation
  // marks within become apostrophes, so that nothing that somebody wrote stands outside of them.
  std::string quoted(const base::ForeignText& text, std::string otherwise) const;
  // "Name" by "Artist", or its URI.
  std::string spoken(const spotify::Playable& item) const;
  std::string spoken(const spotify::Device& device) const;

  // Nothing when the thing has no URI, as some entries that are no longer available.
  std::optional<Item> item(const spotify::SimplifiedTrack& track) const;
  std::optional<Item> item(const spotify::Track& track) const;
  std::optional<Item> item(const spotify::SimplifiedEpisode& episode) const;
  std::optional<Item> item(const spotify::Episode& episode) const;
  std::optional<Item> item(const spotify::Playable& playable) const;
  std::optional<Item> item(const spotify::SimplifiedAlbum& album) const;
  std::optional<Item> item(const spotify::SimplifiedArtist& artist) const;
  std::optional<Item> item(const spotify::Artist& artist) const;
  std::optional<Item> item(const spotify::Playlist& playlist) const;
  std::optional<Item> item(const spotify::SimplifiedShow& show) const;
  std::optional<Item> item(const spotify::SimplifiedAudiobook& book) const;
  // Of a list that says when each was added.
  template <class T>
  std::optional<Item> item(const T& thing, const spotify::Word& added_at) const;

  // One place of a playlist, when it has a name.
  std::optional<Item> item(const curation::Entry& entry) const;
  // As it stands; the URI of a local file spells out a title, which lockdown hides.
  std::string uri(const std::string& text) const;

  Device device(const spotify::Device& device) const;
  std::optional<std::vector<std::string>> names(const spotify::Several<spotify::SimplifiedArtist>& artists) const;
  std::optional<std::vector<std::string>> names(const spotify::Several<base::ForeignText>& words,
                                                std::string_view of = "") const;
  std::optional<std::vector<std::string>> names(const spotify::Several<spotify::SimplifiedAudiobook::Person>& people,
                                                std::string_view of = "") const;
  // Links say nothing that the URI does not; in lockdown they are left out.
  std::optional<std::string> link(std::string url) const;

 private:
  std::string shown(const base::ForeignText& text, size_t code_points_max, Markup markup, std::string_view of) const;

  bool lockdown_;
  bool is_detailed_;
  const SuspicionHeard& on_suspicion_;
};

// A word of Spotify's own vocabulary, when there is one.
std::optional<std::string> text_of(const spotify::Word& word);
std::optional<std::vector<std::string>> texts_of(const spotify::Several<spotify::Word>& words);
template <class T>
std::optional<int64_t> number(const spotify::Maybe<T>& value) {
  return value ? std::optional<int64_t>(*value) : std::nullopt;
}
// Where an episode that was begun and not finished goes on, and whether it was heard to its end.
std::optional<int64_t> resume_of(const spotify::SimplifiedEpisode& episode);
std::optional<bool> played_of(const spotify::SimplifiedEpisode& episode);
// The member's value, when it is not what one would expect anyway.
std::optional<bool> only_if(bool wanted, const spotify::Maybe<bool>& value);

template <class T>
std::optional<Item> Presenter::item(const T& thing, const spotify::Word& added_at) const {
  auto shown = item(thing);
  if (shown) shown->added_at = text_of(added_at);
  return shown;
}

// One page of a list as rows with their places, and how many places held nothing that can be shown.
struct Rows {
  std::vector<Placed> rows;
  std::vector<int> unusable;  // Places, in order.
};

template <class T, class ToItem>
Rows rows_of(const spotify::Page<T>& page, ToItem to_item) {
  Rows out;
  int expected = page.offset;
  for (size_t i = 0; i < page.items.size(); ++i) {
    const int place = page.position(i);
    for (; expected < place; ++expected) out.unusable.push_back(expected);
    expected = place + 1;
    if (auto item = to_item(page.items[i])) {
      out.rows.push_back({.item = *std::move(item), .place = place});
    } else {
      out.unusable.push_back(place);
    }
  }
  // Entries after the last good one that Spotify sent as null.
  const int received = static_cast<int>(page.items.size()) + page.items.skipped;
  for (; expected < page.offset + received; ++expected) out.unusable.push_back(expected);
  return out;
}

}  // namespace tools
