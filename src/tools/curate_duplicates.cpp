// The toolset "curation": what is in a playlist more than once, and what cannot be played.
#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "curation/duplicates.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/make.h"
#include "tools/present.h"

template <>
struct schema::EnumNames<curation::Match> {
  static constexpr std::array kNames{
      std::pair{curation::Match::kUri, std::string_view("uri")},
      std::pair{curation::Match::kRecording, std::string_view("recording")},
  };
};

namespace tools {
namespace {

using Tolerance = schema::Bounded<0, 30'000>;
constexpr std::string_view kAboutMatch =
    "recording: also other ids with the same ISRC, or the same title, artists and about the same length.";
constexpr std::string_view kAboutTolerance = "Difference in length, in milliseconds.";

struct FindArguments {
  spotify::PlaylistId playlist_id;
  curation::Match match = curation::Match::kUri;
  Tolerance tolerance_ms{2000};
  Limit limit{50};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    using Self = FindArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::defaulted("match", &Self::match, kAboutMatch),
        schema::defaulted("tolerance_ms", &Self::tolerance_ms, kAboutTolerance),
        schema::defaulted("limit", &Self::limit, "Groups."),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
    };
  }
};

struct GroupRow {
  bool same_uri = true;
  int64_t count = 0;
  std::vector<Item> copies{};  // The first is the one that dedupe_playlist keeps.

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("same_uri", &GroupRow::same_uri),
        schema::required("count", &GroupRow::count),
        schema::required("copies", &GroupRow::copies),
    };
  }
};

struct FindAnswer {
  std::string summary{};
  int64_t total_items = 0;
  int64_t total_groups = 0;
  int64_t surplus = 0;  // What dedupe_playlist would take out.
  std::vector<GroupRow> groups{};
  std::optional<std::string> snapshot_id{};
  std::optional<std::string> next_cursor{};

  static constexpr auto fields() {
    using Self = FindAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("total_items", &Self::total_items),
        schema::required("total_groups", &Self::total_groups),
        schema::required("surplus", &Self::surplus),
        schema::required("groups", &Self::groups),
        schema::optional("snapshot_id", &Self::snapshot_id),
        schema::optional("next_cursor", &Self::next_cursor),
    };
  }
};

// A group of hundreds of copies is shown by its first ones, and a long list of artists by the first of them, so that
// one group always fits into an answer.
constexpr size_t kCopiesShown = 5;
constexpr size_t kArtistsShown = 3;

GroupRow row_of(const Presenter& presenter, const std::vector<curation::Entry>& entries, const curation::Group& group) {
  GroupRow row{.same_uri = group.is_same_uri, .count = static_cast<int64_t>(group.positions.size())};
  for (const size_t position : group.positions) {
    if (row.copies.size() == kCopiesShown) break;
    auto item = presenter.item(entries[position]);
    if (!item) continue;
    item->position = static_cast<int64_t>(position);
    if (item->artists && item->artists->size() > kArtistsShown) item->artists->resize(kArtistsShown);
    if (!entries[position].added_at.empty()) item->added_at = entries[position].added_at;
    row.copies.push_back(*std::move(item));
  }
  return row;
}

base::Task<base::Result<FindAnswer>> find_duplicates(const Services& services, mcp::CallContext& context,
                                                     FindArguments arguments) {
  const ListKey key(services, context, "find_duplicates",
                    {arguments.playlist_id.text(), schema::enum_name(arguments.match),
                     std::to_string(arguments.tolerance_ms.value())});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content content, co_await content_of(services, context, client, arguments.playlist_id));
  const auto groups = curation::find_duplicates(content.entries(), arguments.match,
                                                std::chrono::milliseconds(arguments.tolerance_ms.value()));
  const auto removal = curation::surplus_of(content.entries(), groups);
  const Presenter presenter(services);
  FindAnswer answer{.total_items = static_cast<int64_t>(content.entries().size()),
                    .total_groups = static_cast<int64_t>(groups.size()),
                    .surplus = static_cast<int64_t>(removal.positions.size()),
                    .snapshot_id = content.snapshot};
  answer.summary = groups.empty() ? fmt::format("{} holds nothing twice.", content.spoken)
                                  : fmt::format(
                                        "{} holds {} of duplicates; dedupe_playlist with the same match would take "
                                        "out {} of {}.",
                                        content.spoken, base::count_of(groups.size(), "group"),
                                        removal.positions.size(), base::count_of(answer.total_items, "item"));
  if (arguments.match == curation::Match::kUri) answer.summary += " match recording also finds other ids of a song.";
  const auto begin = std::min(static_cast<size_t>(offset), groups.size());
  const size_t end = std::min(groups.size(), begin + static_cast<size_t>(arguments.limit.value()));
  for (size_t i = begin; i < end; ++i) answer.groups.push_back(row_of(presenter, content.entries(), groups[i]));
  const size_t shown = answer.groups.empty() ? 0 : cut(answer, answer.groups, services.options.answer_bytes_max);
  if (begin + shown < groups.size()) answer.next_cursor = key.cursor_at(static_cast<int>(begin + shown));
  co_return answer;
}

struct DedupeArguments {
  spotify::PlaylistId playlist_id;
  curation::Match match = curation::Match::kUri;
  Tolerance tolerance_ms{2000};
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = DedupeArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::defaulted("match", &Self::match, kAboutMatch),
        schema::defaulted("tolerance_ms", &Self::tolerance_ms, kAboutTolerance),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> dedupe_playlist(const Services& services, mcp::CallContext& context,
                                                       DedupeArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(Content content, co_await content_of(services, context, client, arguments.playlist_id));
  const auto groups = curation::find_duplicates(content.entries(), arguments.match,
                                                std::chrono::milliseconds(arguments.tolerance_ms.value()));
  const auto removal = curation::surplus_of(content.entries(), groups);
  std::string remark;
  if (removal.left_alone > 0) {
    remark =
        fmt::format("{}: Spotify removes all copies at once and takes none back.",
                    base::count_of(removal.left_alone, "copy of a local file stays", "copies of local files stay"));
  }
  const std::string surplus = base::count_of(removal.positions.size(), "duplicate");
  Change change{.tool = "dedupe_playlist",
                .content = content,
                .after = curation::without(content.entries(), removal.positions),
                .deed = "take out " + surplus,
                .did = "Took out " + surplus,
                .run = run_of(arguments.dry_run),
                .remark = std::move(remark),
                .nothing = "holds nothing twice"};
  co_return co_await carry_out(services, context, client, std::move(change));
}

struct UnavailableArguments {
  spotify::PlaylistId playlist_id;
  std::optional<spotify::Market> market;
  Limit limit{50};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    using Self = UnavailableArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::optional("market", &Self::market, "Country; without one Spotify hides what is not licensed."),
        schema::defaulted("limit", &Self::limit, kAboutLimit),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
    };
  }
};

struct UnavailableRow {
  int64_t position = 0;
  std::string reason;
  std::optional<std::string> uri{};
  std::optional<std::string> name{};
  std::optional<std::vector<std::string>> artists{};

  static constexpr auto fields() {
    using Self = UnavailableRow;
    return schema::Fields{
        schema::required("position", &Self::position), schema::required("reason", &Self::reason),
        schema::optional("uri", &Self::uri),           schema::optional("name", &Self::name),
        schema::optional("artists", &Self::artists),
    };
  }
};

struct UnavailableAnswer {
  std::string summary{};
  int64_t total_items = 0;
  int64_t total = 0;
  std::vector<UnavailableRow> items{};
  std::optional<std::string> next_cursor{};

  static constexpr auto fields() {
    using Self = UnavailableAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("total_items", &Self::total_items),
        schema::required("total", &Self::total),
        schema::required("items", &Self::items),
        schema::optional("next_cursor", &Self::next_cursor),
    };
  }
};

// "gone", "local", or Spotify's own word; nothing for what can be played.
std::optional<std::string> reason_of(const curation::Entry& entry) {
  if (entry.uri.empty()) return "gone";
  if (entry.uri.starts_with("spotify:local:")) return "local";
  if (!entry.reason.empty()) return entry.reason;
  if (!entry.is_playable) return "not_playable";
  return std::nullopt;
}

base::Task<base::Result<UnavailableAnswer>> find_unavailable(const Services& services, mcp::CallContext& context,
                                                             UnavailableArguments arguments) {
  const ListKey key(services, context, "find_unavailable", {arguments.playlist_id.text(), text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content content,
         co_await content_of(services, context, client, arguments.playlist_id, arguments.market));
  const Presenter presenter(services);
  std::vector<UnavailableRow> found;
  for (size_t i = 0; i < content.entries().size(); ++i) {
    const curation::Entry& entry = content.entries()[i];
    auto reason = reason_of(entry);
    if (!reason) continue;
    UnavailableRow row{.position = static_cast<int64_t>(i), .reason = *std::move(reason)};
    if (auto item = presenter.item(entry)) {
      row.uri = std::move(item->uri);
      row.name = std::move(item->name);
      row.artists = std::move(item->artists);
    }
    found.push_back(std::move(row));
  }
  UnavailableAnswer answer{.total_items = static_cast<int64_t>(content.entries().size()),
                           .total = static_cast<int64_t>(found.size())};
  answer.summary =
      fmt::format("{} of {} of {} cannot be played{}.", found.size(), base::count_of(answer.total_items, "item"),
                  content.spoken, arguments.market ? "" : ", as far as Spotify says without a market");
  const auto begin = std::min(static_cast<size_t>(offset), found.size());
  const size_t end = std::min(found.size(), begin + static_cast<size_t>(arguments.limit.value()));
  answer.items.assign(found.begin() + static_cast<std::ptrdiff_t>(begin),
                      found.begin() + static_cast<std::ptrdiff_t>(end));
  const size_t shown = answer.items.empty() ? 0 : cut(answer, answer.items, services.options.answer_bytes_max);
  if (begin + shown < found.size()) answer.next_cursor = key.cursor_at(static_cast<int>(begin + shown));
  co_return answer;
}

}  // namespace

std::vector<mcp::Tool> duplicate_tools(const Services& services) {
  return {
      make(services,
           curation_read("find_duplicates", "Find duplicates",
                         "Groups of items that are in a playlist more than once, by URI or by recording."),
           &find_duplicates),
      make(services,
           curation_write("dedupe_playlist", "Remove duplicates",
                          "Takes out duplicates and keeps the first of each. Asks first.", mcp::Effect::kDestroy,
                          mcp::Repeat::kIdempotent),
           &dedupe_playlist),
      make(services,
           curation_read("find_unavailable", "Find unavailable",
                         "Items of a playlist that cannot be played: gone, local files, not licensed."),
           &find_unavailable),
  };
}

}  // namespace tools
