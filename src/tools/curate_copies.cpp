// The toolset "curation": new playlists out of others. The originals stay as they are, but for a merge into one.
#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "curation/words.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {
namespace {
enum class SplitBy { kArtist, kDecade, kSize };
}  // namespace
}  // namespace tools

template <>
struct schema::EnumNames<tools::SplitBy> {
  static constexpr std::array kNames{
      std::pair{tools::SplitBy::kArtist, std::string_view("artist")},
      std::pair{tools::SplitBy::kDecade, std::string_view("decade")},
      std::pair{tools::SplitBy::kSize, std::string_view("size")},
  };
};

namespace tools {
namespace {

using Name = schema::Text<1, 100>;
constexpr std::string_view kAboutPublic = "Whether others see the new playlist.";

struct CloneArguments {
  spotify::PlaylistId playlist_id;
  Name name;
  std::optional<schema::Text<1, 300>> description;
  bool is_public = false;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = CloneArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::required("name", &Self::name, "Of the copy."),
        schema::optional("description", &Self::description),
        schema::defaulted("public", &Self::is_public, kAboutPublic),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> clone_playlist(const Services& services, mcp::CallContext& context,
                                                      CloneArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content content, co_await content_of(services, context, client, arguments.playlist_id));
  Making making{.tool = "clone_playlist",
                .playlist = {.name = arguments.name.value(), .is_public = arguments.is_public},
                .uris = content.uris(),
                .run = run_of(arguments.dry_run)};
  if (arguments.description) making.playlist.description = arguments.description->value();
  co_return co_await make_playlist(services, context, client, std::move(making));
}

struct MergeArguments {
  schema::List<spotify::PlaylistId, 1, 20> playlist_ids;
  std::optional<spotify::PlaylistId> into;
  std::optional<Name> name;
  bool is_public = false;
  bool drop_duplicates = true;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = MergeArguments;
    return schema::Fields{
        schema::required("playlist_ids", &Self::playlist_ids, "In this order."),
        schema::optional("into", &Self::into, "A playlist to append to; or name, for a new one."),
        schema::optional("name", &Self::name, "Of a new playlist."),
        schema::defaulted("public", &Self::is_public, kAboutPublic),
        schema::defaulted("drop_duplicates", &Self::drop_duplicates, "Leave out URIs that are there already."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> merge_playlists(const Services& services, mcp::CallContext& context,
                                                       MergeArguments arguments) {
  if (arguments.into.has_value() == arguments.name.has_value()) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "Pass into, the playlist to append to, or name, for a new one; not both.");
  }
  const auto client = services.client_for(context.principal());
  std::vector<std::string> uris;
  std::set<std::string> known;
  std::optional<Content> target;
  if (arguments.into) {
    CO_TRY(target, co_await content_of(services, context, client, *arguments.into));
    uris = target->uris();
    known.insert(uris.begin(), uris.end());
  }
  size_t left_out = 0;
  for (const spotify::PlaylistId& id : arguments.playlist_ids.items()) {
    if (arguments.into == id) continue;
    CO_TRY(const Content content, co_await content_of(services, context, client, id));
    for (const curation::Entry& entry : content.entries()) {
      const bool is_new = known.insert(entry.uri).second;
      if (arguments.drop_duplicates && !is_new) continue;
      if (arguments.into && !curation::can_be_added(entry.uri)) {
        ++left_out;
      } else {
        uris.push_back(entry.uri);
      }
    }
  }
  if (!target) {
    Making making{.tool = "merge_playlists",
                  .playlist = {.name = arguments.name->value(), .is_public = arguments.is_public},
                  .uris = std::move(uris),
                  .run = run_of(arguments.dry_run)};
    co_return co_await make_playlist(services, context, client, std::move(making));
  }
  Change change{.tool = "merge_playlists",
                .content = *std::move(target),
                .after = std::move(uris),
                .deed = "append the items of the other playlists",
                .did = "Appended the items of the other playlists",
                .run = run_of(arguments.dry_run)};
  if (left_out > 0)
    change.remark = base::count_of(left_out, "local file or nameless entry", "local files or nameless entries") +
                    " cannot be added.";
  co_return co_await carry_out(services, context, client, std::move(change));
}

struct SplitArguments {
  spotify::PlaylistId playlist_id;
  SplitBy by = SplitBy::kArtist;
  schema::Bounded<1, 10'000> size{100};
  schema::Bounded<1, 20> parts_max{10};
  std::optional<Name> name;
  bool is_public = false;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = SplitArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::required("by", &Self::by, "artist: the first one of each item."),
        schema::defaulted("size", &Self::size, "Items in each part, for by size."),
        schema::defaulted("parts_max", &Self::parts_max, "The smallest parts are joined in a last one."),
        schema::optional("name", &Self::name, "What the names of the parts begin with."),
        schema::defaulted("public", &Self::is_public, kAboutPublic),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

struct PartRow {
  std::string name;
  int64_t items = 0;
  Status status = Status::kDryRun;
  std::optional<std::string> playlist_id{};
  std::optional<std::string> receipt{};

  static constexpr auto fields() {
    using Self = PartRow;
    return schema::Fields{
        schema::required("name", &Self::name),       schema::required("items", &Self::items),
        schema::required("status", &Self::status),   schema::optional("playlist_id", &Self::playlist_id),
        schema::optional("receipt", &Self::receipt),
    };
  }
};

struct SplitAnswer {
  std::string summary{};
  Status status = Status::kVerified;
  std::vector<PartRow> parts{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &SplitAnswer::summary),
        schema::required("status", &SplitAnswer::status),
        schema::required("parts", &SplitAnswer::parts),
    };
  }
};

struct Part {
  std::string name;
  std::vector<std::string> uris{};
  size_t begin = 0;  // Position of its first item.
};

// What a part is called, after the words that all names begin with; "" for what has no such thing.
std::string label_of(const Presenter& presenter, const curation::Entry& entry, SplitBy by) {
  if (by == SplitBy::kDecade) return entry.released.size() < 4 ? "" : entry.released.substr(0, 3) + "0s";
  return entry.artists.empty() ? "" : presenter.name(entry.artists.front()).value_or("");
}

// In the order in which the parts begin; the smallest go together when there are more than `parts_max`.
std::vector<Part> parts_of(const Presenter& presenter, const std::vector<curation::Entry>& entries,
                           const SplitArguments& arguments) {
  std::vector<Part> parts;
  std::map<std::string, size_t> by_key;
  const auto size = static_cast<size_t>(arguments.size.value());
  for (size_t i = 0; i < entries.size(); ++i) {
    std::string label = std::to_string(i / size + 1);
    if (arguments.by != SplitBy::kSize) label = label_of(presenter, entries[i], arguments.by);
    // In lockdown no name is known; then parts are apart by what they are, and numbered.
    std::string key = label;
    if (arguments.by == SplitBy::kArtist && !entries[i].artists.empty()) {
      key = curation::fold(entries[i].artists.front().raw());
    }
    const auto [found, fresh] = by_key.try_emplace(key, parts.size());
    if (fresh) {
      parts.push_back({.name = label.empty() ? fmt::format("part {}", parts.size() + 1) : label, .begin = i});
    }
    parts[found->second].uris.push_back(entries[i].uri);
  }
  const auto most = static_cast<size_t>(arguments.parts_max.value());
  if (parts.size() <= most) return parts;
  if (arguments.by != SplitBy::kSize) {
    // Largest first; of two alike the one that began earlier.
    std::ranges::sort(parts, {},
                      [](const Part& part) { return std::pair(kPlaylistMax - part.uris.size(), part.begin); });
  }
  Part rest{.name = "rest"};
  for (size_t i = most - 1; i < parts.size(); ++i) {
    rest.uris.insert(rest.uris.end(), parts[i].uris.begin(), parts[i].uris.end());
  }
  parts.resize(most - 1);
  parts.push_back(std::move(rest));
  return parts;
}

// A name that Spotify takes: at most 100 letters, cut between two of them.
std::string named(const std::string& begin, const std::string& label) {
  std::string text = begin + " - " + label;
  size_t end = std::min<size_t>(text.size(), 100);
  while (end < text.size() && end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

base::Task<base::Result<SplitAnswer>> split_playlist(const Services& services, mcp::CallContext& context,
                                                     SplitArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const Content content, co_await content_of(services, context, client, arguments.playlist_id));
  const Presenter presenter(services);
  const auto parts = parts_of(presenter, content.entries(), arguments);
  const std::string begin =
      arguments.name ? arguments.name->value() : presenter.name(content.head.name).value_or("Split");
  SplitAnswer answer{.status = Status::kDryRun};
  for (const Part& part : parts) {
    answer.parts.push_back({.name = named(begin, part.name), .items = static_cast<int64_t>(part.uris.size())});
  }
  if (arguments.dry_run || parts.empty()) {
    answer.summary = fmt::format("Dry run, nothing was sent. Would make {} of the {} of {}, which stays as it is.",
                                 base::count_of(parts.size(), "new playlist"),
                                 base::count_of(content.entries().size(), "item"), content.spoken);
    if (!arguments.dry_run) {
      answer.status = Status::kUnchanged;
      answer.summary = fmt::format("{} is empty, so there is nothing to split.", content.spoken);
    }
    co_return answer;
  }
  size_t made = 0;
  answer.status = Status::kVerified;
  std::string stopped;
  for (size_t i = 0; i < parts.size(); ++i) {
    PartRow& row = answer.parts[i];
    row.status = Status::kUnchanged;
    if (!stopped.empty()) continue;
    Making making{.tool = "split_playlist",
                  .playlist = {.name = row.name, .is_public = arguments.is_public},
                  .uris = parts[i].uris};
    const auto part = co_await make_playlist(services, context, client, std::move(making));
    if (!part) {
      if (made == 0) co_return std::unexpected(part.error());
      stopped = part.error().message;
      answer.status = Status::kPartial;
      continue;
    }
    row.status = part->status;
    if (part->receipt) row.playlist_id = part->playlist_id;
    row.receipt = part->receipt;
    row.items = part->added;
    // One in doubt is not counted among those that are there.
    const bool is_in_doubt = part->status == Status::kAmbiguous && !part->receipt;
    if (part->status != Status::kUnchanged && !is_in_doubt) ++made;
    if (part->status == Status::kAccepted && answer.status == Status::kVerified) answer.status = Status::kAccepted;
    if (part->status == Status::kPartial || part->status == Status::kAmbiguous) {
      answer.status = part->status;
      stopped = part->summary;
    }
    const size_t read = content.entries().size();
    context.progress(static_cast<double>(read + made), static_cast<double>(read + parts.size()),
                     fmt::format("{} of {} playlists made", made, parts.size()));
  }
  if (stopped.empty() && services.offers("undo")) stopped = "undo with a receipt takes a part off your list.";
  answer.summary = fmt::format("Made {} of {}; {} stays as it is. {}", made, base::count_of(parts.size(), "playlist"),
                               content.spoken, stopped);
  co_return answer;
}

}  // namespace

std::vector<mcp::Tool> copy_tools(const Services& services) {
  return {
      make(services,
           curation_write("clone_playlist", "Copy playlist", "Makes a new playlist with the same items.",
                          mcp::Effect::kWrite, mcp::Repeat::kAccumulates),
           &clone_playlist),
      make(services,
           curation_write("merge_playlists", "Merge playlists",
                          "Puts the items of several playlists into a new one, or appends them to one that is there.",
                          mcp::Effect::kWrite, mcp::Repeat::kAccumulates),
           &merge_playlists),
      make(services,
           curation_write("split_playlist", "Split playlist",
                          "Makes a new playlist for each artist, decade or portion of one that stays as it is.",
                          mcp::Effect::kWrite, mcp::Repeat::kAccumulates),
           &split_playlist),
  };
}

}  // namespace tools
