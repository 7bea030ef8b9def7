// The shapes that tools answer with, and the rule that keeps a list within its budget. What is known is filled in; what
// is not is left out, never null.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schema/fields.h"

namespace tools {

// One row for everything that Spotify lists. Its URI says of what kind it is.
struct Item {
  std::string uri;
  std::optional<std::string> name{};
  std::optional<std::vector<std::string>> artists{};
  std::optional<std::vector<std::string>> authors{};  // Of an audiobook.
  std::optional<std::string> album{};
  std::optional<std::string> show{};  // Of an episode.
  std::optional<std::string> owner{};
  std::optional<std::string> released{};
  std::optional<int64_t> duration_ms{};
  // How many it holds: an album or playlist, a show, an audiobook.
  std::optional<int64_t> tracks{};
  std::optional<int64_t> episodes{};
  std::optional<int64_t> chapters{};
  std::optional<bool> is_explicit{};  // Only when it is.
  std::optional<bool> is_playable{};  // Only when it is not.
  std::optional<int64_t> position{};  // From 0, in the playlist.
  std::optional<std::string> added_at{};
  std::optional<std::string> played_at{};
  std::optional<int64_t> resume_ms{};  // Where the user stopped listening; only when it was begun.
  std::optional<bool> is_played{};     // Only when it was heard to its end.
  std::optional<std::string> url{};
  // In detailed rows only.
  std::optional<std::vector<std::string>> artist_uris{};
  std::optional<std::string> album_uri{};
  std::optional<std::string> show_uri{};
  std::optional<std::string> album_type{};
  std::optional<std::string> isrc{};
  std::optional<std::vector<std::string>> genres{};
  std::optional<int64_t> popularity{};  // In older regimes.

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("uri", &Item::uri),
        schema::optional("name", &Item::name),
        schema::optional("artists", &Item::artists),
        schema::optional("authors", &Item::authors),
        schema::optional("album", &Item::album),
        schema::optional("show", &Item::show),
        schema::optional("owner", &Item::owner),
        schema::optional("released", &Item::released),
        schema::optional("duration_ms", &Item::duration_ms),
        schema::optional("tracks", &Item::tracks),
        schema::optional("episodes", &Item::episodes),
        schema::optional("chapters", &Item::chapters),
        schema::optional("explicit", &Item::is_explicit),
        schema::optional("playable", &Item::is_playable),
        schema::optional("position", &Item::position),
        schema::optional("added_at", &Item::added_at),
        schema::optional("played_at", &Item::played_at),
        schema::optional("resume_ms", &Item::resume_ms),
        schema::optional("played", &Item::is_played),
        schema::optional("url", &Item::url),
        schema::optional("artist_uris", &Item::artist_uris),
        schema::optional("album_uri", &Item::album_uri),
        schema::optional("show_uri", &Item::show_uri),
        schema::optional("album_type", &Item::album_type),
        schema::optional("isrc", &Item::isrc),
        schema::optional("genres", &Item::genres),
        schema::optional("popularity", &Item::popularity),
    };
  }
};

// Something that another answer names in passing.
struct Reference {
  std::string uri;
  std::optional<std::string> name{};

  static constexpr auto fields() {
    return schema::Fields{schema::required("uri", &Reference::uri), schema::optional("name", &Reference::name)};
  }
};

struct Device {
  std::optional<std::string> id{};  // None: it cannot be addressed.
  std::optional<std::string> name{};
  std::string type;
  bool active = false;
  std::optional<bool> restricted{};  // Only when it takes no commands.
  std::optional<int64_t> volume_percent{};
  std::optional<bool> volume_fixed{};  // Only when it cannot be set.

  static constexpr auto fields() {
    return schema::Fields{
        schema::optional("id", &Device::id),
        schema::optional("name", &Device::name),
        schema::required("type", &Device::type),
        schema::required("active", &Device::active),
        schema::optional("restricted", &Device::restricted),
        schema::optional("volume_percent", &Device::volume_percent),
        schema::optional("volume_fixed", &Device::volume_fixed),
    };
  }
};

// What every list says of itself.
struct List {
  std::vector<Item> items{};
  std::optional<int64_t> total{};
  int64_t returned = 0;
  // Places of the list that this answer passed over because nothing usable is there any more.
  int64_t skipped = 0;
  std::optional<std::string> next_cursor{};
  // A sentence, when less came than was asked for: the answer would be too long, or a page could not be read.
  std::optional<std::string> truncated{};
  std::optional<std::string> incomplete{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("items", &List::items),
        schema::optional("total", &List::total),
        schema::required("returned", &List::returned),
        schema::required("skipped", &List::skipped),
        schema::optional("next_cursor", &List::next_cursor),
        schema::optional("truncated", &List::truncated),
        schema::optional("incomplete", &List::incomplete),
    };
  }
};

enum class Status { kVerified, kAccepted, kUnchanged, kPartial, kAmbiguous, kStale, kDryRun };

// A row with the place in the whole list that it has, so that a cursor can point at it.
struct Placed {
  Item item;
  int place = 0;
};

// What a result costs on the wire: the structured answer, and the same text once more as an escaped string.
size_t wire_cost(const json::Value& structured);

namespace detail {
// How many of `costs`, in order, fit beside `fixed`.
size_t count_fitting(size_t fixed, const std::vector<size_t>& costs, size_t bytes_max);
// What one row costs within its list.
size_t cost_of_row(const json::Value& row);
template <class Row>
std::vector<size_t> costs_of(const std::vector<Row>& rows) {
  std::vector<size_t> costs;
  costs.reserve(rows.size());
  for (const Row& row : rows) costs.push_back(cost_of_row(schema::to_json(row)));
  return costs;
}
std::string truncated_sentence(size_t kept, size_t found);
}  // namespace detail

// Cuts out.items so that the whole result stays within the budget; then `truncated` says so, and next_cursor is
// cursor_at(n), where n is the index of the first row that was dropped. At least one row stays.
template <class Out, class CursorAt>
void fit(Out& out, size_t bytes_max, CursorAt cursor_at) {
  out.returned = static_cast<int64_t>(out.items.size());
  if (out.items.size() < 2 || wire_cost(schema::to_json(out)) <= bytes_max) return;
  auto items = std::move(out.items);
  const std::vector<size_t> costs = detail::costs_of(items);
  out.items.clear();
  out.truncated = detail::truncated_sentence(items.size(), items.size());
  out.next_cursor = cursor_at(items.size() - 1);
  // Cursors differ by a few bytes, the digits of an offset.
  constexpr size_t kSlack = 64;
  const size_t fixed = wire_cost(schema::to_json(out)) + kSlack;
  const size_t kept = std::max<size_t>(1, detail::count_fitting(fixed, costs, bytes_max));
  out.truncated = detail::truncated_sentence(kept, items.size());
  out.next_cursor = cursor_at(kept);
  items.resize(kept);
  out.items = std::move(items);
  out.returned = static_cast<int64_t>(kept);
}

}  // namespace tools

template <>
struct schema::EnumNames<tools::Status> {
  static constexpr std::array kNames{
      std::pair{tools::Status::kVerified, std::string_view("verified")},
      std::pair{tools::Status::kAccepted, std::string_view("accepted")},
      std::pair{tools::Status::kUnchanged, std::string_view("unchanged")},
      std::pair{tools::Status::kPartial, std::string_view("partial")},
      std::pair{tools::Status::kAmbiguous, std::string_view("ambiguous")},
      std::pair{tools::Status::kStale, std::string_view("stale")},
      std::pair{tools::Status::kDryRun, std::string_view("dry_run")},
  };
};
