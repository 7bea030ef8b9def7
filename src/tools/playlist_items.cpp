// The toolset "playlists", second half: what is in a playlist. Long writes go out in requests of 100, and each says
// what became of it.
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "spotify/errors.h"
#include "tools/arguments.h"
#include "tools/change.h"
#include "tools/make.h"
#include "tools/playlist_answers.h"
#include "tools/present.h"
#include "tools/spoken.h"

namespace tools {
namespace {

constexpr size_t kUrisMax = 500;
// A playlist of at most so many items is read as a whole before something is taken out of it: 39 requests, and the
// places are known for the way back.
constexpr int kReadMax = 2000;
// Spotify's limit for one playlist.
constexpr int64_t kPlaylistItemsMax = 10'000;

using Position = schema::Bounded<0, kPlaylistItemsMax>;

struct AddArguments {
  spotify::PlaylistId playlist_id;
  schema::List<spotify::PlayableUri, 1, kUrisMax> uris;
  std::optional<Position> position;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("playlist_id", &AddArguments::playlist_id, kAboutPlaylist),
        schema::required("uris", &AddArguments::uris, "Tracks and episodes, in order.", kMeansUris),
        schema::optional("position", &AddArguments::position, "From 0; default: the end."),
        schema::defaulted("dry_run", &AddArguments::dry_run, kAboutDryRun),
    };
  }
};

struct RemoveArguments {
  spotify::PlaylistId playlist_id;
  schema::List<spotify::Uri, 1, kUrisMax> uris;
  std::optional<spotify::SnapshotId> snapshot_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("playlist_id", &RemoveArguments::playlist_id, kAboutPlaylist),
        schema::required("uris", &RemoveArguments::uris, "", kMeansUris),
        schema::optional("snapshot_id", &RemoveArguments::snapshot_id, kAboutSnapshot),
        schema::defaulted("dry_run", &RemoveArguments::dry_run, kAboutDryRun),
    };
  }
};

struct ReorderArguments {
  spotify::PlaylistId playlist_id;
  Position range_start;
  Position insert_before;
  schema::Bounded<1, kPlaylistItemsMax> range_length{1};
  std::optional<spotify::SnapshotId> snapshot_id;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = ReorderArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::required("range_start", &Self::range_start, "First item to move, from 0."),
        schema::required("insert_before", &Self::insert_before, "Place to go before; the total for the end."),
        schema::defaulted("range_length", &Self::range_length, "How many items."),
        schema::optional("snapshot_id", &Self::snapshot_id, kAboutSnapshot),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

std::vector<Chunk> chunks_of(size_t asked, size_t done, bool next_is_unknown) {
  std::vector<Chunk> chunks;
  for (size_t from = 0; from < asked; from += spotify::kPlaylistItemsPerRequest) {
    const size_t count = std::min(spotify::kPlaylistItemsPerRequest, asked - from);
    Outcome outcome = Outcome::kNotSent;
    if (from < done) outcome = Outcome::kDone;
    if (from == done && next_is_unknown) outcome = Outcome::kUnknown;
    chunks.push_back({.from = static_cast<int64_t>(from), .count = static_cast<int64_t>(count), .outcome = outcome});
  }
  return chunks;
}

struct Words {
  std::string_view done;   // "Added"
  std::string_view whole;  // The sentence when all went well.
};

// The answer of a write that may have been cut into requests. An error is one only when nothing can have happened.
base::Result<ItemsAnswer> answer_of(base::Result<spotify::PlaylistWrite> written, size_t asked, Words words) {
  std::optional<base::Error> stopped;
  size_t done = 0;
  ItemsAnswer answer;
  if (written) {
    stopped = written->stopped;
    done = written->items_done;
    if (written->snapshot) answer.snapshot_id = written->snapshot->text();
  } else {
    if (spotify::cause_of(written.error()) == spotify::Cause::kStaleSnapshot) {
      return ItemsAnswer{
          .summary = std::string(kStaleAdvice), .status = Status::kStale, .asked = static_cast<int64_t>(asked)};
    }
    if (!may_have_happened(written.error())) return std::unexpected(std::move(written).error());
    stopped = std::move(written).error();
  }
  const bool unknown = stopped && may_have_happened(*stopped);
  answer.done = static_cast<int64_t>(done);
  answer.asked = static_cast<int64_t>(asked);
  if (asked > spotify::kPlaylistItemsPerRequest) answer.chunks = chunks_of(asked, done, unknown);
  if (!stopped) {
    answer.status = answer.snapshot_id ? Status::kVerified : Status::kAccepted;
    answer.summary = words.whole;
  } else if (unknown) {
    answer.status = Status::kAmbiguous;
    answer.summary = fmt::format(
        "{} {} of {} for certain. No answer came for the request after that, so it may or may "
        "not have been carried out. Read the playlist before going on.",
        words.done, done, asked);
  } else {
    answer.status = Status::kPartial;
    answer.summary =
        fmt::format("{} {} of {}. {} Go on with uris from index {}.", words.done, done, asked, stopped->message, done);
  }
  return answer;
}

// A call that tells the client how far it is.
spotify::Call telling(mcp::CallContext& context) {
  spotify::Call call = call_of(context);
  call.on_progress = [&context](size_t done, size_t total) {
    context.progress(static_cast<double>(done), static_cast<double>(total), fmt::format("{} of {} items", done, total));
  };
  return call;
}

// Brings the receipt up to what became of its change; of one that did not happen there is none.
base::Task<base::Result<ItemsAnswer>> with_receipt(const Services& services, mcp::CallContext& context,
                                                   base::Result<ItemsAnswer> answer, Receipt receipt) {
  const std::string principal = context.principal().id;
  if (!answer || answer->status == Status::kStale) {
    co_await drop(services, principal, receipt.id);
    co_return answer;
  }
  answer->receipt = receipt.id;
  if (answer->snapshot_id) receipt.data.set("snapshot", *answer->snapshot_id);
  if (answer->status == Status::kPartial) receipt.after.resize(static_cast<size_t>(answer->done));
  // What was kept before covers more, and undo looks at what is there.
  static_cast<void>(co_await keep(services, principal, std::move(receipt)));
  co_return answer;
}

base::Error no_such_place(std::string_view argument, std::string_view least, const Standing& standing) {
  return {base::Code::kInvalidArgument,
          fmt::format("{} must be {} {}: {} has {}. Nothing was changed.", argument, least, *standing.total,
                      standing.spoken, base::count_of(*standing.total, "item")),
          {},
          std::nullopt};
}

// What speaks against a place in a playlist that stands so.
std::optional<base::Error> find_problem(const AddArguments& arguments, const Standing& standing) {
  if (!arguments.position || !standing.total || arguments.position->value() <= *standing.total) return std::nullopt;
  return no_such_place("position", "at most", standing);
}
std::optional<base::Error> find_problem(const ReorderArguments& arguments, const Standing& standing) {
  if (!standing.total) return std::nullopt;
  const int64_t start = arguments.range_start.value();
  if (start >= *standing.total) return no_such_place("range_start", "below", standing);
  if (start + arguments.range_length.value() > *standing.total) {
    return no_such_place("range_start plus range_length", "at most", standing);
  }
  if (arguments.insert_before.value() > *standing.total) return no_such_place("insert_before", "at most", standing);
  return std::nullopt;
}

bool is_refused_place(const base::Result<ItemsAnswer>& answer) {
  return !answer && spotify::cause_of(answer.error()) == spotify::Cause::kBadRequest;
}

base::Task<base::Result<ItemsAnswer>> add_tracks(const Services& services, mcp::CallContext& context,
                                                 AddArguments arguments) {
  const size_t asked = arguments.uris.items().size();
  const auto client = services.client_for(context.principal());
  if (arguments.dry_run) {
    CO_TRY(const auto standing, co_await standing_of(services, context, client, arguments.playlist_id, std::nullopt));
    if (auto problem = find_problem(arguments, standing)) co_return std::unexpected(*std::move(problem));
    co_return ItemsAnswer{.summary = fmt::format("Dry run, nothing was sent. Would add {} to {}.",
                                                 base::count_of(asked, "item"), standing.spoken),
                          .status = Status::kDryRun,
                          .asked = static_cast<int64_t>(asked),
                          .snapshot_id = standing.snapshot_id};
  }
  std::optional<int> position;
  if (arguments.position) position = static_cast<int>(arguments.position->value());
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = arguments.playlist_id,
                  .tool = "add_tracks_to_playlist",
                  .at = services.desk.now(),
                  .way = Way::kAdded};
  for (const spotify::PlayableUri& uri : arguments.uris.items()) receipt.after.push_back(uri.text());
  if (position) receipt.data.set("position", *position);
  CO_TRY_VOID(co_await keep(services, context.principal().id, receipt));
  auto written =
      co_await client->add_playlist_items(arguments.playlist_id, arguments.uris.items(), position, telling(context));
  const std::string whole = fmt::format("Added {}.", base::count_of(asked, "item"));
  auto answer = answer_of(std::move(written), asked, {.done = "Added", .whole = whole});
  answer = co_await with_receipt(services, context, std::move(answer), std::move(receipt));
  if (!is_refused_place(answer) || !position) co_return answer;
  const auto standing = co_await standing_of(services, context, client, arguments.playlist_id, std::nullopt);
  auto problem = standing ? find_problem(arguments, *standing) : std::nullopt;
  if (problem) co_return std::unexpected(*std::move(problem));
  co_return answer;
}

std::vector<std::string> texts_of(const std::vector<spotify::Uri>& uris) {
  std::vector<std::string> texts;
  for (const spotify::Uri& uri : uris) texts.push_back(uri.text());
  return texts;
}

// What can be in a playlist, once each: Spotify removes every occurrence anyway.
base::Result<std::vector<spotify::Uri>> removable(const std::vector<spotify::Uri>& uris) {
  std::set<std::string> known;
  std::vector<spotify::Uri> out;
  for (size_t i = 0; i < uris.size(); ++i) {
    const auto kind = uris[i].kind();
    if (!spotify::PlayableKinds::accepts(kind) && kind != spotify::Kind::kLocal) {
      return base::fail(
          base::Code::kInvalidArgument,
          fmt::format("uris/{} must be a track, episode or local file URI; a playlist holds nothing else.", i));
    }
    if (known.insert(uris[i].text()).second) out.push_back(uris[i]);
  }
  return out;
}

// Out of a playlist that is too long to be read first: what is kept of it are the items, not their places.
base::Task<base::Result<ChangeAnswer>> remove_unread(const Services& services, mcp::CallContext& context,
                                                     std::shared_ptr<spotify::Client> client, Content content,
                                                     std::vector<spotify::Uri> uris, Run run) {
  const size_t asked = uris.size();
  const int64_t requests =
      static_cast<int64_t>((asked + spotify::kPlaylistItemsPerRequest - 1) / spotify::kPlaylistItemsPerRequest);
  ChangeAnswer answer{.snapshot_id = content.snapshot, .requests = requests};
  name_playlist(answer, content.id);
  answer.items_before = content.reading->total;
  if (run == Run::kDry) {
    const std::string spoken = co_await spoken_of(services, context, client, texts_of(uris));
    answer.status = Status::kDryRun;
    answer.summary = fmt::format(
        "Dry run, nothing was sent. Would remove every occurrence of {} from {}, which has {} items. It is too long to "
        "be read first, so taking it back would add them again at its end.",
        spoken, content.spoken, content.reading->total);
    co_return answer;
  }
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = content.id,
                  .tool = "remove_tracks_from_playlist",
                  .at = services.desk.now(),
                  .way = Way::kTaken};
  receipt.before = texts_of(uris);
  const std::string principal = context.principal().id;
  CO_TRY_VOID(co_await keep(services, principal, receipt));
  std::optional<spotify::SnapshotId> snapshot;
  if (auto parsed = spotify::SnapshotId::parse(content.snapshot)) snapshot = *std::move(parsed);
  auto written =
      co_await client->remove_playlist_items(content.id, std::move(uris), std::move(snapshot), telling(context));
  const std::string whole = fmt::format("Removed every occurrence of {}.", base::count_of(asked, "item"));
  auto told = answer_of(std::move(written), asked, {.done = "Removed", .whole = whole});
  if (!told || told->status == Status::kStale) co_await drop(services, principal, receipt.id);
  if (!told) co_return std::unexpected(std::move(told).error());
  answer.summary = std::move(told->summary);
  answer.status = told->status;
  answer.snapshot_id = std::move(told->snapshot_id);
  if (told->status == Status::kStale) co_return answer;
  answer.receipt = receipt.id;
  answer.requests_done = told->status == Status::kVerified || told->status == Status::kAccepted
                             ? requests
                             : told->done / static_cast<int64_t>(spotify::kPlaylistItemsPerRequest);
  co_return answer;
}

base::Task<base::Result<ChangeAnswer>> remove_tracks(const Services& services, mcp::CallContext& context,
                                                     RemoveArguments arguments) {
  CO_TRY(auto uris, removable(arguments.uris.items()));
  const auto client = services.client_for(context.principal());
  CO_TRY(Content content, co_await begin_content(services, context, client, arguments.playlist_id));
  if (arguments.snapshot_id && arguments.snapshot_id->text() != content.snapshot) {
    ChangeAnswer answer{
        .summary = std::string(kStaleAdvice), .status = Status::kStale, .snapshot_id = content.snapshot};
    name_playlist(answer, content.id);
    co_return answer;
  }
  const Run run = run_of(arguments.dry_run);
  if (content.reading->total > kReadMax && !content.reading->is_complete()) {
    co_return co_await remove_unread(services, context, client, std::move(content), std::move(uris), run);
  }
  CO_TRY(content, co_await finish_content(context, client, std::move(content)));
  std::set<std::string> gone;
  for (const spotify::Uri& uri : uris) gone.insert(uri.text());
  std::vector<std::string> after = content.uris();
  std::erase_if(after, [&](const std::string& uri) { return gone.contains(uri); });
  const std::string items = base::count_of(gone.size(), "item");
  Change change{.tool = "remove_tracks_from_playlist",
                .content = std::move(content),
                .after = std::move(after),
                .deed = "remove every occurrence of " + items,
                .did = "Removed every occurrence of " + items,
                .run = run,
                .nothing = gone.size() == 1 ? "does not hold that item" : "holds none of those items"};
  co_return co_await carry_out(services, context, client, std::move(change));
}

base::Task<base::Result<ItemsAnswer>> reorder(const Services& services, mcp::CallContext& context,
                                              ReorderArguments arguments) {
  const int64_t start = arguments.range_start.value();
  const int64_t before = arguments.insert_before.value();
  const int64_t length = arguments.range_length.value();
  ItemsAnswer answer{.asked = length};
  if (before >= start && before <= start + length) {
    answer.status = arguments.dry_run ? Status::kDryRun : Status::kUnchanged;
    answer.summary = "The items stand there already; nothing was changed.";
    co_return answer;
  }
  const auto client = services.client_for(context.principal());
  if (arguments.dry_run || arguments.snapshot_id) {
    CO_TRY(const auto standing,
           co_await standing_of(services, context, client, arguments.playlist_id, arguments.snapshot_id));
    answer.snapshot_id = standing.snapshot_id;
    answer.status = Status::kStale;
    answer.summary = kStaleAdvice;
    if (standing.is_stale) co_return answer;
    if (auto problem = find_problem(arguments, standing)) co_return std::unexpected(*std::move(problem));
    answer.status = Status::kDryRun;
    answer.summary = fmt::format("Dry run, nothing was sent. Would move {} of {} from {} to before {}.",
                                 base::count_of(length, "item"), standing.spoken, start, before);
    if (arguments.dry_run) co_return answer;
  }
  spotify::Reorder move{.range_start = static_cast<int>(start),
                        .insert_before = static_cast<int>(before),
                        .range_length = static_cast<int>(length),
                        .snapshot = arguments.snapshot_id};
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = arguments.playlist_id,
                  .tool = "reorder_playlist",
                  .at = services.desk.now(),
                  .way = Way::kMoved,
                  .data = {{"start", start}, {"before", before}, {"length", length}}};
  CO_TRY_VOID(co_await keep(services, context.principal().id, receipt));
  auto written = co_await client->reorder_playlist_items(arguments.playlist_id, std::move(move), call_of(context));
  const std::string whole = fmt::format("Moved {}.", base::count_of(length, "item"));
  auto moved = answer_of(std::move(written), static_cast<size_t>(length), {.done = "Moved", .whole = whole});
  moved = co_await with_receipt(services, context, std::move(moved), std::move(receipt));
  if (!is_refused_place(moved)) co_return moved;
  const auto standing = co_await standing_of(services, context, client, arguments.playlist_id, std::nullopt);
  auto problem = standing ? find_problem(arguments, *standing) : std::nullopt;
  if (problem) co_return std::unexpected(*std::move(problem));
  co_return moved;
}

}  // namespace

std::vector<mcp::Tool> playlist_item_tools(const Services& services) {
  return {
      make(services,
           playlist_write("add_tracks_to_playlist", "Add to playlist",
                          "Adds up to 500 tracks or episodes. Repeating it adds them twice.", mcp::Effect::kWrite,
                          mcp::Repeat::kAccumulates),
           &add_tracks),
      in_brief(make(services,
                    playlist_write("remove_tracks_from_playlist", "Remove from playlist",
                                   "Removes every occurrence of each URI from a playlist.", mcp::Effect::kDestroy,
                                   mcp::Repeat::kIdempotent),
                    &remove_tracks)),
      make(services,
           playlist_write("reorder_playlist", "Reorder playlist", "Moves a range of items within a playlist.",
                          mcp::Effect::kWrite, mcp::Repeat::kAccumulates),
           &reorder),
  };
}

}  // namespace tools
