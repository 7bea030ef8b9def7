// The toolset "curation": other content or another order for a playlist that is there.
#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "crypto/hash.h"
#include "curation/order.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/make.h"

template <>
struct schema::EnumNames<curation::SortBy> {
  static constexpr std::array kNames{
      std::pair{curation::SortBy::kTitle, std::string_view("title")},
      std::pair{curation::SortBy::kArtist, std::string_view("artist")},
      std::pair{curation::SortBy::kAlbum, std::string_view("album")},
      std::pair{curation::SortBy::kAdded, std::string_view("added_at")},
      std::pair{curation::SortBy::kReleased, std::string_view("released")},
      std::pair{curation::SortBy::kDuration, std::string_view("duration")},
  };
};

namespace tools {
namespace {

// More fit into one call than in the toolset "playlists", because this one plans, keeps a receipt and can go on.
constexpr size_t kUrisMax = 1000;

struct ReplaceArguments {
  spotify::PlaylistId playlist_id;
  schema::List<spotify::PlayableUri, 0, kUrisMax> uris;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = ReplaceArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::required("uris", &Self::uris, "The whole new content, in order."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> replace_items(const Services& services, mcp::CallContext& context,
                                                     ReplaceArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(Content content, co_await content_of(services, context, client, arguments.playlist_id));
  const std::string items = base::count_of(arguments.uris.items().size(), "item");
  Change change{.tool = "replace_playlist_items",
                .content = std::move(content),
                .deed = "replace the content by " + items,
                .did = "Replaced the content by " + items,
                .run = run_of(arguments.dry_run)};
  for (const spotify::PlayableUri& uri : arguments.uris.items()) change.after.push_back(uri.text());
  co_return co_await carry_out(services, context, client, std::move(change));
}

struct SortArguments {
  spotify::PlaylistId playlist_id;
  curation::SortBy by = curation::SortBy::kTitle;
  bool descending = false;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = SortArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::required("by", &Self::by, "album also sorts by disc and track."),
        schema::defaulted("descending", &Self::descending),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> sort_playlist(const Services& services, mcp::CallContext& context,
                                                     SortArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(Content content, co_await content_of(services, context, client, arguments.playlist_id));
  const auto direction = arguments.descending ? curation::Direction::kDescending : curation::Direction::kAscending;
  const auto order = curation::sorted(content.entries(), arguments.by, direction);
  const std::string by =
      fmt::format("by {}{}", schema::enum_name(arguments.by), arguments.descending ? ", descending" : "");
  Change change{.tool = "sort_playlist",
                .content = content,
                .after = curation::in_order(content.entries(), order),
                .deed = "sort " + by,
                .did = "Sorted " + by,
                .run = run_of(arguments.dry_run)};
  co_return co_await carry_out(services, context, client, std::move(change));
}

// The same order for the same snapshot, so that a dry run shows what the call will do; another one after each change.
class OrderOf final : public base::Random {
 public:
  explicit OrderOf(std::string seed) : seed_(std::move(seed)) {}
  void fill(std::span<std::byte> out) override {
    size_t at = 0;
    while (at < out.size()) {
      const crypto::Digest digest = crypto::sha256(seed_ + std::to_string(count_++));
      const size_t length = std::min(digest.size(), out.size() - at);
      std::copy_n(digest.begin(), length, out.begin() + static_cast<std::ptrdiff_t>(at));
      at += length;
    }
  }

 private:
  std::string seed_;
  uint64_t count_ = 0;
};

struct ShuffleArguments {
  spotify::PlaylistId playlist_id;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = ShuffleArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<ChangeAnswer>> shuffle_playlist(const Services& services, mcp::CallContext& context,
                                                        ShuffleArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(Content content, co_await content_of(services, context, client, arguments.playlist_id));
  OrderOf random(content.snapshot);
  const auto order = curation::shuffled(content.entries().size(), random);
  Change change{.tool = "shuffle_playlist",
                .content = content,
                .after = curation::in_order(content.entries(), order),
                .deed = "shuffle all items",
                .did = "Shuffled all items",
                .run = run_of(arguments.dry_run)};
  co_return co_await carry_out(services, context, client, std::move(change));
}

}  // namespace

std::vector<mcp::Tool> order_tools(const Services& services) {
  return {
      make(services,
           curation_write("replace_playlist_items", "Replace items",
                          "Gives a playlist exactly these items. Asks first.",
                          mcp::Effect::kDestroy, mcp::Repeat::kIdempotent),
           &replace_items),
      make(services,
           curation_write("sort_playlist", "Sort playlist",
                          "Sorts a playlist for good. Few moves keep the added dates; many write it anew. Asks first.",
                          mcp::Effect::kDestroy, mcp::Repeat::kIdempotent),
           &sort_playlist),
      make(services,
           curation_write("shuffle_playlist", "Shuffle playlist",
                          "Brings the items into a random order for good; set_shuffle only changes playback. Asks "
                          "first.",
                          mcp::Effect::kDestroy, mcp::Repeat::kAccumulates),
           &shuffle_playlist),
  };
}

}  // namespace tools
