// The toolset "curation": snapshots of playlists, and the way back to one.
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/make.h"
#include "tools/reachable.h"

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
  std::string playlist_id;
  int64_t items = 0;
  std::optional<std::string> snapshot_id{};

  static constexpr auto fields() {
    using Self = SnapshotAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),   schema::required("status", &Self::status),
        schema::optional("snapshot", &Self::snapshot), schema::required("playlist_id", &Self::playlist_id),
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
  SnapshotAnswer answer{.playlist_id = std::string(arguments.playlist_id.text()),
                        .items = static_cast<int64_t>(snapshot.uris.size()),
                        .snapshot_id = content.snapshot};
  if (arguments.dry_run) {
    answer.status = Status::kDryRun;
    answer.summary = fmt::format("Dry run, nothing was kept. Would keep {} of {}.",
                                 base::count_of(answer.items, "item"), content.spoken);
    co_return answer;
  }
  answer.snapshot = snapshot.id;
  CO_TRY_VOID(co_await keep(services, context.principal().id, std::move(snapshot)));
  answer.summary = fmt::format(
      "Kept {} of {} here as {}. They can be brought back, but for local files and what Spotify drops meanwhile.",
      base::count_of(answer.items, "item"), content.spoken, *answer.snapshot);
  co_return answer;
}

struct RestoreArguments {
  spotify::PlaylistId playlist_id;
  std::optional<KeptId> snapshot;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = RestoreArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::optional("snapshot", &Self::snapshot,
                         "Of snapshot_playlist (no snapshot_id), or a receipt; default: the newest."),
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
                .did = fmt::format("Went back to {} of {}", then.id, base::to_rfc3339(then.at)),
                .run = run_of(arguments.dry_run),
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
  };
}

}  // namespace tools
