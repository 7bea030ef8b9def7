// The toolset "curation": snapshots of playlists, and the way back.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "curation/plan.h"
#include "spotify/errors.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/make.h"
#include "tools/playlist_answers.h"

namespace tools {
namespace {

struct SnapshotArguments {
  spotify::PlaylistId playlist_id;
  std::optional<schema::Text<1, 80>> label;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = SnapshotArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::optional("label", &Self::label, "To know it by."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

struct SnapshotAnswer {
  std::string summary{};
  Status status = Status::kVerified;
  std::optional<std::string> snapshot{};
  std::string playlist;
  int64_t items = 0;
  std::optional<std::string> snapshot_id{};

  static constexpr auto fields() {
    using Self = SnapshotAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),   schema::required("status", &Self::status),
        schema::optional("snapshot", &Self::snapshot), schema::required("playlist", &Self::playlist),
        schema::required("items", &Self::items),       schema::optional("snapshot_id", &Self::snapshot_id),
    };
  }
};

base::Task<base::Result<SnapshotAnswer>> snapshot_playlist(const Services& services, mcp::CallContext& context,
                                                           SnapshotArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content content, co_await content_of(services, context, client, arguments.playlist_id));
  Snapshot snapshot{.id = services.desk.new_id("snap_"),
                    .playlist = arguments.playlist_id,
                    .label = arguments.label ? arguments.label->value() : std::string(),
                    .at = services.desk.now(),
                    .uris = content.uris()};
  SnapshotAnswer answer{.playlist = arguments.playlist_id.uri(),
                        .items = static_cast<int64_t>(snapshot.uris.size()),
                        .snapshot_id = content.snapshot};
  if (arguments.dry_run) {
    answer.status = Status::kDryRun;
    answer.summary =
        fmt::format("Dry run, nothing was kept. Would keep the {} items of {}.", answer.items, content.spoken);
    co_return answer;
  }
  answer.snapshot = snapshot.id;
  CO_TRY_VOID(co_await keep(services, context.principal().id, std::move(snapshot)));
  answer.summary = fmt::format(
      "Kept the {} items of {} here as {}. restore_playlist brings them back; local files and what Spotify drops "
      "meanwhile cannot come back.",
      answer.items, content.spoken, *answer.snapshot);
  co_return answer;
}

// `wanted` as far as it can be had from `now`: what cannot be added is there as often as it is now, and no more.
struct Reachable {
  std::vector<std::string> uris;
  size_t missing = 0;
};
Reachable reachable(const std::vector<std::string>& now, std::vector<std::string> wanted) {
  std::map<std::string, size_t> fixed;
  for (const std::string& uri : now) {
    if (!curation::can_be_added(uri)) ++fixed[uri];
  }
  Reachable out;
  for (std::string& uri : wanted) {
    if (!curation::can_be_added(uri)) {
      size_t& left = fixed[uri];
      if (left == 0) {
        ++out.missing;
        continue;
      }
      --left;
    }
    out.uris.push_back(std::move(uri));
  }
  // Nothing that cannot come back is thrown away.
  for (const auto& [uri, left] : fixed) out.uris.insert(out.uris.end(), left, uri);
  return out;
}

std::string missing_sentence(size_t missing) {
  if (missing == 0) return {};
  return fmt::format("{} local files or nameless entries cannot be put back by any app but Spotify's own.", missing);
}

struct RestoreArguments {
  spotify::PlaylistId playlist_id;
  std::optional<KeptId> snapshot;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = RestoreArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::optional("snapshot", &Self::snapshot, "Of snapshot_playlist, or a receipt; default: the newest."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> restore_playlist(const Services& services, mcp::CallContext& context,
                                                        RestoreArguments arguments) {
  CO_TRY(Snapshot then, co_await find_snapshot(services, context.principal().id, arguments.playlist_id,
                                               std::move(arguments.snapshot)));
  const auto client = services.client_for(context.principal());
  CO_TRY(Content content, co_await content_of(services, context, client, arguments.playlist_id));
  Reachable target = reachable(content.uris(), std::move(then.uris));
  Change change{.tool = "restore_playlist",
                .content = std::move(content),
                .after = std::move(target.uris),
                .deed = fmt::format("go back to {} of {}", then.id, base::to_rfc3339(then.at)),
                .run = run_of(arguments.dry_run),
                .remark = missing_sentence(target.missing)};
  co_return co_await carry_out(services, context, client, std::move(change));
}

struct UndoArguments {
  std::optional<KeptId> receipt;
  bool finish = false;
  bool force = false;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = UndoArguments;
    return schema::Fields{
        schema::optional("receipt", &Self::receipt, "Default: the newest change."),
        schema::defaulted("finish", &Self::finish, "Carry an interrupted change through instead."),
        schema::defaulted("force", &Self::force, "Even if the playlist was changed since by somebody else."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

// Whether the playlist stands where this change can have left it: anywhere between its first and its last request.
bool is_left_so(const Receipt& receipt, const std::vector<std::string>& now) {
  if (now == receipt.before || now == receipt.after || now == receipt.left) return true;
  const auto plan = curation::plan(receipt.before, receipt.after);
  if (!plan) return false;
  std::vector<std::string> uris = receipt.before;
  for (const curation::Step& step : plan->steps) {
    curation::perform(step, uris);
    if (uris == now) return true;
  }
  return false;
}

// A playlist that was made is taken off the list; Spotify deletes nothing.
base::Task<base::Result<ChangeAnswer>> take_off(mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                                                Receipt receipt, Run run) {
  ChangeAnswer answer{.status = Status::kDryRun, .playlist = receipt.playlist.uri(), .requests = 1};
  answer.summary = fmt::format(
      "Dry run, nothing was sent. Would take the playlist {} that {} made off the user's list; Spotify deletes "
      "nothing.",
      receipt.playlist.uri(), receipt.tool);
  if (run == Run::kDry) co_return answer;
  std::vector<spotify::LibraryUri> items{spotify::LibraryUri(receipt.playlist)};
  const auto removed = co_await client->remove_from_library(std::move(items), {.deadline = last_moment(context)});
  if (!removed && !may_have_happened(removed.error())) co_return std::unexpected(removed.error());
  answer.status = removed ? Status::kAccepted : Status::kAmbiguous;
  answer.requests_done = removed ? 1 : 0;
  answer.summary = removed ? "Took the playlist off the list. Spotify keeps it: save_to_library with its uri brings it "
                             "back."
                           : "No answer came, so it may or may not be off the list. Look at get_playlists.";
  co_return answer;
}

base::Task<base::Result<ChangeAnswer>> undo(const Services& services, mcp::CallContext& context,
                                            UndoArguments arguments) {
  CO_TRY(Receipt receipt, co_await find_receipt(services, context.principal().id, std::move(arguments.receipt)));
  const auto client = services.client_for(context.principal());
  const Run run = run_of(arguments.dry_run);
  if (receipt.is_new && !arguments.finish) {
    co_return co_await take_off(context, client, std::move(receipt), run);
  }
  CO_TRY(Content content, co_await content_of(services, context, client, receipt.playlist));
  const std::vector<std::string> now = content.uris();
  if (!arguments.force && !is_left_so(receipt, now)) {
    ChangeAnswer answer{.status = Status::kStale, .playlist = receipt.playlist.uri()};
    answer.snapshot_id = content.snapshot;
    answer.items_before = static_cast<int64_t>(now.size());
    answer.items_after = answer.items_before;
    answer.summary = fmt::format(
        "Nothing was changed: {} is not as {} left it, so somebody changed it since, and that would be lost. "
        "diff_since_snapshot with snapshot {} shows what differs; force true overwrites it.",
        content.spoken, receipt.tool, receipt.id);
    co_return answer;
  }
  Reachable target = reachable(now, arguments.finish ? std::move(receipt.after) : std::move(receipt.before));
  Change change{.tool = "undo",
                .content = std::move(content),
                .after = std::move(target.uris),
                .deed = fmt::format("{} {} of {}", arguments.finish ? "finish" : "take back", receipt.tool,
                                    base::to_rfc3339(receipt.at)),
                .run = run,
                .remark = missing_sentence(target.missing)};
  co_return co_await carry_out(services, context, client, std::move(change));
}

}  // namespace

std::vector<mcp::Tool> keep_tools(const Services& services) {
  auto snapshot = curation_read("snapshot_playlist", "Keep a snapshot",
                                "Keeps the items of a playlist on this server, to compare with or go back to.");
  snapshot.effect = mcp::Effect::kWrite;
  snapshot.repeat = mcp::Repeat::kAccumulates;
  return {
      make(services, std::move(snapshot), &snapshot_playlist),
      make(services,
           curation_write("restore_playlist", "Restore playlist",
                          "Gives a playlist the items of a snapshot again. Asks first.", mcp::Effect::kDestroy,
                          mcp::Repeat::kIdempotent),
           &restore_playlist),
      make(services,
           curation_write("undo", "Undo",
                          "Takes back a change of this toolset by its receipt, or finishes one that was interrupted. "
                          "Asks first. A playlist that was made is taken off the list.",
                          mcp::Effect::kDestroy, mcp::Repeat::kAccumulates),
           &undo),
  };
}

}  // namespace tools
