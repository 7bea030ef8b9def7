// Argument types and texts that several tools share, so that the same thing has one name, one limit and one description
// everywhere.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/plural.h"
#include "mcp/context.h"
#include "schema/fields.h"
#include "spotify/id.h"
#include "spotify/market.h"
#include "spotify/requests.h"
#include "tools/cursor.h"
#include "tools/detail.h"

namespace tools {

using Limit = schema::Bounded<1, 50>;
using Query = schema::Text<1, 1000>;

// Whether a write is carried out. A dry run checks everything that can be checked by reading.
enum class Run { kReal, kDry };
constexpr Run run_of(bool dry_run) { return dry_run ? Run::kDry : Run::kReal; }

inline constexpr std::string_view kAboutCursor = "From next_cursor.";
inline constexpr std::string_view kAboutMarket = "Country.";  // Without it the account's counts.
inline constexpr std::string_view kAboutDetail = "";          // Its words say enough; concise without it.
inline constexpr std::string_view kAboutLimit = "";           // Its minimum and maximum say enough.
inline constexpr std::string_view kAboutDevice = "Default: the active one.";
inline constexpr std::string_view kAboutDryRun = "";  // Its name says enough, some twenty times in a list.
inline constexpr std::string_view kAboutPlaylist = "Id, URI or link.";
inline constexpr std::string_view kAboutSnapshot = "From get_playlist: refuse if it changed since.";

// What people call these arguments elsewhere; see schema/fields.h.
inline constexpr std::string_view kMeansQuery = "q search search_query text term terms keywords name title";
inline constexpr std::string_view kMeansUris = "ids tracks track_ids items item_ids songs song_ids episodes";

// Tells the client, where it listens, that Spotify's limit is what it waits for.
inline std::function<void(std::chrono::milliseconds)> told_of_waits(mcp::CallContext& context) {
  auto tell = context.teller();
  if (!tell) return nullptr;
  return [tell = std::move(tell)](std::chrono::milliseconds wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    tell("Waiting " + base::count_of(seconds, "second") + " for Spotify's limit");
  };
}

inline spotify::Call call_of(mcp::CallContext& context) {
  return {.deadline = context.deadline(), .on_wait = told_of_waits(context)};
}
inline spotify::Call fresh_call_of(mcp::CallContext& context) {
  return {.deadline = context.deadline(), .freshness = spotify::Freshness::kFresh, .on_wait = told_of_waits(context)};
}

inline Detail detail_of(const std::optional<Detail>& detail) { return detail.value_or(Detail::kConcise); }

// For cursors: "" where there is no market.
inline std::string_view text_of(const std::optional<spotify::Market>& market) { return market ? market->text() : ""; }

}  // namespace tools
