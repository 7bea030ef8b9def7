// How every tool of curation changes a playlist: it says what the content is to be, and this makes the plan, keeps a
// receipt, sends the requests one after the other, and says what became of them. A request is never sent twice.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "mcp/tool.h"
#include "schema/fields.h"
#include "spotify/client.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/content.h"
#include "tools/receipt.h"

namespace tools {

// Spotify's limit for one playlist.
inline constexpr size_t kPlaylistMax = 10'000;

enum class Turn { kRemoved, kAdded, kMoved };

struct ChangeRow {
  Turn change = Turn::kRemoved;
  std::string uri;
  std::optional<std::string> name{};
  std::optional<std::vector<std::string>> artists{};
  std::optional<int64_t> from{};  // Position before.
  std::optional<int64_t> to{};    // Position after.

  static constexpr auto fields() {
    using Self = ChangeRow;
    return schema::Fields{
        schema::required("change", &Self::change), schema::required("uri", &Self::uri),
        schema::optional("name", &Self::name),     schema::optional("artists", &Self::artists),
        schema::optional("from", &Self::from),     schema::optional("to", &Self::to),
    };
  }
};

// What the default list says of the answer below, where bytes count.
struct ChangePromise {
  std::string summary;
  Status status = Status::kUnchanged;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &ChangePromise::summary),
        schema::required("status", &ChangePromise::status),
    };
  }
};
// A tool of the default that answers with a ChangeAnswer.
mcp::Tool in_brief(mcp::Tool tool);

struct ChangeAnswer {
  std::string summary{};
  Status status = Status::kVerified;
  std::optional<std::string> playlist_id{};
  std::optional<std::string> uri{};
  std::optional<std::string> url{};
  std::optional<std::string> receipt{};
  std::optional<std::string> snapshot_id{};
  std::optional<int64_t> items_before{};
  // In a rehearsal as it would be; else as far as it is known for certain.
  std::optional<int64_t> items_after{};
  int64_t removed = 0;
  int64_t added = 0;
  int64_t moved = 0;
  int64_t requests = 0;
  int64_t requests_done = 0;
  int64_t dates_lost = 0;
  std::optional<std::vector<ChangeRow>> changes{};  // The first of them.

  static constexpr auto fields() {
    using Self = ChangeAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("status", &Self::status),
        schema::optional("playlist_id", &Self::playlist_id),
        schema::optional("uri", &Self::uri),
        schema::optional("url", &Self::url),
        schema::optional("receipt", &Self::receipt),
        schema::optional("snapshot_id", &Self::snapshot_id),
        schema::optional("items_before", &Self::items_before),
        schema::optional("items_after", &Self::items_after),
        schema::required("removed", &Self::removed),
        schema::required("added", &Self::added),
        schema::required("moved", &Self::moved),
        schema::required("requests", &Self::requests),
        schema::required("requests_done", &Self::requests_done),
        schema::required("dates_lost", &Self::dates_lost),
        schema::optional("changes", &Self::changes),
    };
  }
};

struct Change {
  std::string tool;
  Content content;                   // As it is.
  std::vector<std::string> after{};  // As it is to be.
  std::string deed;                  // "sort by title", for sentences.
  std::string did;                   // "Sorted by title", for the one that tells of it.
  Run run = Run::kReal;
  std::string remark{};                   // A sentence more for the summary.
  std::string nothing = "is so already";  // Of the playlist, when there is nothing to change.
};
base::Task<base::Result<ChangeAnswer>> carry_out(const Services& services, mcp::CallContext& context,
                                                 std::shared_ptr<spotify::Client> client, Change change);

struct Making {
  std::string tool;
  spotify::NewPlaylist playlist;
  std::vector<std::string> uris;  // What cannot be added is left out and counted in the summary.
  Run run = Run::kReal;
};
base::Task<base::Result<ChangeAnswer>> make_playlist(const Services& services, mcp::CallContext& context,
                                                     std::shared_ptr<spotify::Client> client, Making making);

// Says which playlist the answer is about.
void name_playlist(ChangeAnswer& answer, const spotify::PlaylistId& id);

// The rows of a difference: what went, came and moved, with names where one of the contents has them.
std::vector<ChangeRow> rows_of(const Services& services, const std::vector<std::string>& first,
                               const std::vector<std::string>& second,
                               const std::vector<const std::vector<curation::Entry>*>& named);

// Takes rows off the end until the answer is within its budget; at least one stays. Gives how many stayed.
template <class Out, class Row>
size_t cut(Out& out, std::vector<Row>& rows, size_t bytes_max) {
  // A cursor and a sentence about the cut.
  constexpr size_t kSlack = 1200;
  std::vector<Row> all = std::move(rows);
  rows.clear();
  const size_t fixed = wire_cost(schema::to_json(out)) + kSlack;
  const size_t kept =
      std::min(all.size(), std::max<size_t>(1, detail::count_fitting(fixed, detail::costs_of(all), bytes_max)));
  all.resize(kept);
  rows = std::move(all);
  return kept;
}

}  // namespace tools

template <>
struct schema::EnumNames<tools::Turn> {
  static constexpr std::array kNames{
      std::pair{tools::Turn::kRemoved, std::string_view("removed")},
      std::pair{tools::Turn::kAdded, std::string_view("added")},
      std::pair{tools::Turn::kMoved, std::string_view("moved")},
  };
};
