// The toolset "curation": how two lists differ, be they two playlists or one at two times.
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/change.h"
#include "tools/curation.h"
#include "tools/make.h"

namespace tools {
namespace {

struct DiffArguments {
  spotify::PlaylistId first_id;
  spotify::PlaylistId second_id;
  Limit limit{50};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    using Self = DiffArguments;
    return schema::Fields{
        schema::required("first_id", &Self::first_id, kAboutPlaylist),
        schema::required("second_id", &Self::second_id, kAboutPlaylist),
        schema::defaulted("limit", &Self::limit, kAboutLimit),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
    };
  }
};

struct SinceArguments {
  spotify::PlaylistId playlist_id;
  std::optional<KeptId> snapshot;
  Limit limit{50};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    using Self = SinceArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::optional("snapshot", &Self::snapshot,
                         "Of snapshot_playlist (no snapshot_id), or a receipt; default: the newest."),
        schema::defaulted("limit", &Self::limit, kAboutLimit),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
    };
  }
};

struct DiffAnswer {
  std::string summary{};
  int64_t first_total = 0;
  int64_t second_total = 0;
  int64_t removed = 0;  // In the first only.
  int64_t added = 0;    // In the second only.
  int64_t moved = 0;
  int64_t kept = 0;  // In both, in the same order.
  std::vector<ChangeRow> changes{};
  std::optional<std::string> next_cursor{};

  static constexpr auto fields() {
    using Self = DiffAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("first_total", &Self::first_total),
        schema::required("second_total", &Self::second_total),
        schema::required("removed", &Self::removed),
        schema::required("added", &Self::added),
        schema::required("moved", &Self::moved),
        schema::required("kept", &Self::kept),
        schema::required("changes", &Self::changes),
        schema::optional("next_cursor", &Self::next_cursor),
    };
  }
};

// From the rows at `offset` on; kAdded and kRemoved are as seen from the first list.
DiffAnswer answer_of(const Services& services, std::vector<ChangeRow> rows, size_t first, size_t second,
                     const ListKey& key, int offset, int64_t limit) {
  DiffAnswer answer{.first_total = static_cast<int64_t>(first), .second_total = static_cast<int64_t>(second)};
  const auto count = [&](Turn turn) { return std::ranges::count(rows, turn, &ChangeRow::change); };
  answer.removed = count(Turn::kRemoved);
  answer.added = count(Turn::kAdded);
  answer.moved = count(Turn::kMoved);
  answer.kept = answer.first_total - answer.removed - answer.moved;
  const auto begin = std::min(static_cast<size_t>(offset), rows.size());
  const size_t end = std::min(rows.size(), begin + static_cast<size_t>(limit));
  answer.changes.assign(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                        rows.begin() + static_cast<std::ptrdiff_t>(end));
  const size_t shown = answer.changes.empty() ? 0 : cut(answer, answer.changes, services.options.answer_bytes_max);
  if (begin + shown < rows.size()) answer.next_cursor = key.cursor_at(static_cast<int>(begin + shown));
  return answer;
}

base::Task<base::Result<DiffAnswer>> diff_playlists(const Services& services, mcp::CallContext& context,
                                                    DiffArguments arguments) {
  const ListKey key(services, context, "diff_playlists", {arguments.first_id.text(), arguments.second_id.text()});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content first, co_await content_of(services, context, client, arguments.first_id));
  CO_TRY(const Content second, co_await content_of(services, context, client, arguments.second_id));
  auto rows = tools::rows_of(services, first.uris(), second.uris(), {&first.entries(), &second.entries()});
  DiffAnswer answer = answer_of(services, std::move(rows), first.entries().size(), second.entries().size(), key, offset,
                                arguments.limit.value());
  answer.summary = fmt::format("{} are in {} only, {} in {} only, {} in both at another place, {} in both.",
                               answer.removed, first.spoken, answer.added, second.spoken, answer.moved, answer.kept);
  co_return answer;
}

base::Task<base::Result<DiffAnswer>> diff_since_snapshot(const Services& services, mcp::CallContext& context,
                                                         SinceArguments arguments) {
  const std::string wanted = arguments.snapshot ? arguments.snapshot->value() : std::string();
  const ListKey key(services, context, "diff_since_snapshot", {arguments.playlist_id.text(), wanted});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  CO_TRY(const Snapshot then, co_await find_snapshot(services, context.principal().id, arguments.playlist_id,
                                                     std::move(arguments.snapshot)));
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content now, co_await content_of(services, context, client, arguments.playlist_id));
  auto rows = tools::rows_of(services, then.uris, now.uris(), {&now.entries()});
  DiffAnswer answer = answer_of(services, std::move(rows), then.uris.size(), now.entries().size(), key, offset,
                                arguments.limit.value());
  answer.summary =
      fmt::format("Since {} of {} in {}: {} removed, {} added, {} moved. restore_playlist goes back.", then.id,
                  base::to_rfc3339(then.at), now.spoken, answer.removed, answer.added, answer.moved);
  co_return answer;
}

}  // namespace

std::vector<mcp::Tool> compare_tools(const Services& services) {
  return {
      make(services,
           curation_read("diff_playlists", "Compare playlists",
                         "What only one of two playlists holds, and what stands elsewhere."),
           &diff_playlists),
      make(services,
           curation_read("diff_since_snapshot", "Changes since a snapshot",
                         "What was removed, added and moved in a playlist since a snapshot was taken."),
           &diff_since_snapshot),
  };
}

}  // namespace tools
