#include "tools/content.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "base/plural.h"
#include "spotify/errors.h"
#include "tools/arguments.h"
#include "tools/present.h"

namespace tools {
namespace {

constexpr int kPage = 50;
constexpr std::chrono::seconds kLastWords{3};
// From so many items on a client that can come back later is not kept waiting.
constexpr int kLong = 1500;

curation::Entry entry_of(const spotify::PlaylistEntry& place) {
  curation::Entry out;
  if (place.item) {
    if (const auto* track = std::get_if<spotify::Track>(&*place.item)) {
      out = tools::entry_of(*track);
    } else {
      const auto& uri = spotify::uri_of(*place.item);
      if (uri) out.uri = uri->text();
      out.title = spotify::name_of(*place.item);
      if (const auto* episode = std::get_if<spotify::Episode>(&*place.item)) {
        if (!uri && episode->id) out.uri = episode->id->uri();
        if (episode->show) out.album = episode->show->name;
        out.duration_ms = episode->duration_ms.value_or(0);
        out.released = episode->release_date.text();
        out.is_playable = episode->is_playable.value_or(true);
        if (episode->restrictions) out.reason = episode->restrictions->reason.text();
      }
    }
  }
  out.added_at = place.added_at.text();
  return out;
}

void append(Reading& reading, const spotify::Page<spotify::PlaylistEntry>& page, int end) {
  // Places that Spotify left empty keep their positions.
  const auto size = static_cast<size_t>(std::min(end, reading.total));
  const size_t begin = reading.entries.size();
  if (size <= begin) return;
  reading.entries.resize(size);
  for (size_t i = 0; i < page.items.size(); ++i) {
    const auto place = static_cast<size_t>(page.position(i));
    if (place >= begin && place < size) reading.entries[place] = entry_of(page.items[i]);
  }
}

base::Error stopped(base::Error why, const Reading& reading) {
  const bool is_pause = why.code == base::Code::kDeadline || why.code == base::Code::kRateLimited;
  if (!is_pause) return why;
  why.message =
      fmt::format("Read {} of {} items so far, and nothing was changed. Repeat this call to go on from there{}.",
                  reading.entries.size(), reading.total,
                  why.retry_after ? ", in " + base::count_of(why.retry_after->count(), "second") : std::string());
  return why;
}

base::Error not_yours() {
  return spotify::make_error(spotify::Cause::kNotYours, base::Code::kForbidden,
                             "Spotify gives the content of a playlist only to its owner and collaborators, so this "
                             "one cannot be read.");
}

base::Task<base::Result<void>> read_rest(mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                                         spotify::PlaylistId id, std::optional<spotify::Market> market,
                                         std::shared_ptr<Reading> reading) {
  if (reading->total - static_cast<int>(reading->entries.size()) > kLong) context.go_on_as_task();
  std::optional<spotify::SnapshotId> snapshot;
  if (auto parsed = spotify::SnapshotId::parse(reading->snapshot)) snapshot = *std::move(parsed);
  while (!reading->is_complete()) {
    const int offset = static_cast<int>(reading->entries.size());
    const spotify::PageRequest request{.limit = kPage, .offset = offset};
    const spotify::Call call{.deadline = last_moment(context), .on_wait = told_of_waits(context)};
    const auto page = co_await client->playlist_items(id, request, market, snapshot, call);
    if (!page) co_return std::unexpected(stopped(page.error(), *reading));
    if (page->total != reading->total) {
      co_return base::fail(base::Code::kConflict,
                           "The playlist changed while it was read, and nothing was changed here. Repeat this call.");
    }
    append(*reading, *page, offset + kPage);
    context.progress(static_cast<double>(reading->entries.size()), static_cast<double>(reading->total),
                     fmt::format("{} of {} items read", reading->entries.size(), reading->total));
  }
  co_return base::Result<void>();
}

}  // namespace

base::Instant last_moment(const mcp::CallContext& context) {
  return context.deadline() == base::Instant::never() ? context.deadline() : context.deadline() - kLastWords;
}

curation::Entry entry_of(const spotify::Track& track) {
  curation::Entry out;
  if (track.uri) {
    out.uri = track.uri->text();
  } else if (track.id) {
    out.uri = track.id->uri();
  }
  out.title = track.name;
  for (const auto& artist : track.artists) out.artists.push_back(artist.name);
  if (track.album) {
    out.album = track.album->name;
    out.released = track.album->release_date.text();
  }
  if (track.external_ids && track.external_ids->isrc) out.isrc = track.external_ids->isrc->text();
  out.duration_ms = track.duration_ms.value_or(0);
  out.disc = track.disc_number.value_or(0);
  out.number = track.track_number.value_or(0);
  out.is_explicit = track.is_explicit.value_or(false);
  out.is_playable = track.is_playable.value_or(true);
  if (track.restrictions) out.reason = track.restrictions->reason.text();
  return out;
}

base::Task<base::Result<Content>> content_of(const Services& services, mcp::CallContext& context,
                                             std::shared_ptr<spotify::Client> client, spotify::PlaylistId id,
                                             std::optional<spotify::Market> market) {
  CO_TRY(Content content, co_await begin_content(services, context, client, id, market));
  co_return co_await finish_content(context, client, std::move(content), market);
}

base::Task<base::Result<Content>> finish_content(mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                                                 Content content, std::optional<spotify::Market> market) {
  CO_TRY_VOID(co_await read_rest(context, client, content.id, market, content.reading));
  co_return content;
}

base::Task<base::Result<Content>> begin_content(const Services& services, mcp::CallContext& context,
                                                std::shared_ptr<spotify::Client> client, spotify::PlaylistId id,
                                                std::optional<spotify::Market> market) {
  const spotify::Call call{
      .deadline = last_moment(context), .freshness = spotify::Freshness::kFresh, .on_wait = told_of_waits(context)};
  CO_TRY(auto head, co_await client->playlist(id, market, call));
  if (!head.items) co_return std::unexpected(not_yours());
  Content content{.id = id};
  content.spoken = Presenter(services).quoted(head.name, id.uri());
  if (head.snapshot_id) content.snapshot = head.snapshot_id->text();
  const std::string key = fmt::format("{}\n{}\n{}", context.principal().id, id.text(), market ? market->text() : "");
  const auto reading = services.desk.reading(key, content.snapshot, head.items->total);
  if (reading->entries.empty() && head.items->offset == 0) {
    const auto received = static_cast<int>(head.items->items.size()) + head.items->items.skipped;
    append(*reading, *head.items, received);
  }
  head.items.reset();
  content.head = std::move(head);
  content.reading = reading;
  co_return content;
}

}  // namespace tools
