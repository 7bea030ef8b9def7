// The toolset "curation": a list from elsewhere becomes a playlist. First every row is matched, some at a time, and
// nothing is written; what was matched is written by a call of its own.
#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "curation/score.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/file_format.h"
#include "tools/import_plan.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {
namespace {

constexpr size_t kContentMax = 200'000;

using ImportId = schema::Text<1, 100>;

struct ImportArguments {
  std::optional<schema::Text<1, kContentMax, schema::Lines::kMany>> content;
  std::optional<curation::Format> format;
  schema::Bounded<1, 40> limit{20};
  std::optional<CursorText> cursor;
  std::optional<ImportId> confirm;
  schema::Bounded<0, 100> confidence_min{70};
  std::optional<schema::Text<1, 100>> name;
  std::optional<spotify::PlaylistId> into;
  bool is_public = false;
  std::optional<spotify::Market> market;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = ImportArguments;
    return schema::Fields{
        schema::optional("content", &Self::content, "The list; only in the first call."),
        schema::optional("format", &Self::format, "Default: what it looks like."),
        schema::defaulted("limit", &Self::limit, "Rows to match in this call, one search each."),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
        schema::optional("confirm", &Self::confirm, "From the call that matched the last row: writes the playlist."),
        schema::defaulted("confidence_min", &Self::confidence_min, "Write only rows matched at least so well."),
        schema::optional("name", &Self::name, "Of a new playlist."),
        schema::optional("into", &Self::into, "Or a playlist to append to."),
        schema::defaulted("public", &Self::is_public, "Whether others see the new playlist."),
        schema::optional("market", &Self::market, kAboutMarket),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

struct Candidate {
  Item item;
  int64_t confidence = 0;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("item", &Candidate::item),
        schema::required("confidence", &Candidate::confidence),
    };
  }
};

struct ImportRow {
  int64_t row = 0;  // From 1, as the list has them.
  std::string wanted;
  std::string by;  // uri, isrc, search, none
  std::optional<Candidate> match{};
  std::optional<Candidate> runner_up{};

  static constexpr auto fields() {
    using Self = ImportRow;
    return schema::Fields{
        schema::required("row", &Self::row),
        schema::required("wanted", &Self::wanted),
        schema::required("by", &Self::by),
        schema::optional("match", &Self::match),
        schema::optional("runner_up", &Self::runner_up),
    };
  }
};

struct ImportAnswer {
  std::string summary{};
  Status status = Status::kDryRun;
  int64_t total = 0;      // Rows of the list.
  int64_t matched = 0;    // So far, well enough to be written.
  int64_t unmatched = 0;  // So far, not well enough.
  int64_t skipped = 0;    // Lines that name nothing.
  std::vector<ImportRow> rows{};
  std::optional<std::string> next_cursor{};
  std::optional<std::string> confirm{};
  std::optional<ChangeAnswer> written{};

  static constexpr auto fields() {
    using Self = ImportAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),     schema::required("status", &Self::status),
        schema::required("total", &Self::total),         schema::required("matched", &Self::matched),
        schema::required("unmatched", &Self::unmatched), schema::required("skipped", &Self::skipped),
        schema::required("rows", &Self::rows),           schema::optional("next_cursor", &Self::next_cursor),
        schema::optional("confirm", &Self::confirm),     schema::optional("written", &Self::written),
    };
  }
};

curation::Song song_of(const curation::Row& row) {
  return {
      .title = row.title, .artists = row.artists, .album = row.album, .isrc = row.isrc, .duration_ms = row.duration_ms};
}

// For comparing, never for an answer.
curation::Song song_of(const spotify::Track& track) {
  const curation::Entry entry = entry_of(track);
  curation::Song song{.title = std::string(entry.title.raw())};
  for (const base::ForeignText& artist : entry.artists) song.artists.emplace_back(artist.raw());
  song.album = std::string(entry.album.raw());
  song.isrc = entry.isrc;
  song.duration_ms = entry.duration_ms;
  return song;
}

// Nothing of Spotify's query syntax may come from a file.
std::string plain(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c == '"' || c == ':'; }, ' ');
  return out;
}

std::string query_of(const curation::Row& row) {
  std::string query = plain(row.title);
  if (!row.artists.empty()) query = plain(row.artists.front()) + " " + query;
  // Spotify refuses very long queries; the first words say enough.
  constexpr size_t kQueryMax = 200;
  size_t end = std::min(query.size(), kQueryMax);
  while (end < query.size() && end > 0 && (static_cast<uint8_t>(query[end]) & 0xC0U) == 0x80U) --end;
  return query.substr(0, end);
}

struct Found {
  std::string by = "none";
  std::vector<std::pair<int, spotify::Track>> tracks{};  // Best first.
};

base::Task<base::Result<Found>> look(std::shared_ptr<spotify::Client> client, curation::Row row, std::string query,
                                     std::string by, std::optional<spotify::Market> market, spotify::Call call) {
  constexpr int kAsked = 10;  // One request.
  spotify::SearchRequest request{.query = std::move(query), .page = {.limit = kAsked}, .market = market};
  CO_TRY(auto results, co_await client->search(std::move(request), std::move(call)));
  Found found{.by = std::move(by)};
  if (!results.tracks) co_return found;
  const curation::Song wanted = song_of(row);
  for (spotify::Track& track : results.tracks->items) {
    if (track.id) found.tracks.emplace_back(curation::score(wanted, song_of(track)), std::move(track));
  }
  // Of two that fit alike the one that Spotify put first.
  std::vector<std::pair<int, spotify::Track>> ordered;
  while (!found.tracks.empty()) {
    const auto best = std::ranges::max_element(found.tracks, {}, [](const auto& each) { return each.first; });
    ordered.push_back(std::move(*best));
    found.tracks.erase(best);
  }
  found.tracks = std::move(ordered);
  co_return found;
}

// By ISRC first, by words when that finds nothing or there is none.
base::Task<base::Result<Found>> find_song(std::shared_ptr<spotify::Client> client, curation::Row row,
                                          std::optional<spotify::Market> market, spotify::Call call) {
  const std::string isrc = plain(row.isrc);
  if (!isrc.empty() && isrc.size() < 20) {
    CO_TRY(auto found, co_await look(client, row, "isrc:" + isrc, "isrc", market, call));
    if (!found.tracks.empty() && found.tracks.front().first == 100) co_return found;
  }
  const std::string query = query_of(row);
  if (query.find_first_not_of(' ') == std::string::npos) co_return Found{};
  co_return co_await look(client, std::move(row), query, "search", market, std::move(call));
}

std::string wanted_text(const curation::Row& row) {
  std::string text = curation::write(curation::Format::kText, row);
  text.pop_back();
  return text;
}

ImportRow shown(const Presenter& presenter, size_t index, const curation::Row& row, const Found& found, Match& match) {
  // What a file says is foreign as well.
  const auto wanted = presenter.name(base::ForeignText(wanted_text(row)));
  ImportRow out{.row = static_cast<int64_t>(index + 1), .wanted = wanted.value_or("hidden"), .by = found.by};
  const auto candidate = [&](size_t n) -> std::optional<Candidate> {
    if (n >= found.tracks.size()) return std::nullopt;
    auto item = presenter.item(found.tracks[n].second);
    if (!item) return std::nullopt;
    item->url.reset();
    return Candidate{.item = *std::move(item), .confidence = found.tracks[n].first};
  };
  out.match = candidate(0);
  out.runner_up = candidate(1);
  if (!out.match) {
    out.by = "none";
  } else {
    match = {.uri = found.tracks.front().second.id->uri(), .confidence = found.tracks.front().first};
  }
  return out;
}

// A row that names its item needs no search.
std::optional<std::string> named_uri(const curation::Row& row) {
  const auto uri = spotify::PlayableUri::parse(row.uri);
  return !row.uri.empty() && uri ? std::optional(uri->text()) : std::nullopt;
}

// The cursor names the import; where it goes on is kept with it.
ListKey cursors(const Services& services, const mcp::CallContext& context) {
  return {services, context, "import_playlist", {}};
}

base::Result<std::string> id_in(const ListKey& key, const CursorText& cursor) {
  TRY(const json::Object place, key.place_of(cursor));
  const json::Value* id = place.find("i");
  if (id == nullptr || !id->is_string()) return std::unexpected(invalid_cursor());
  return id->string();
}

void count(ImportAnswer& answer, const ImportPlan& plan, int64_t confidence_min) {
  answer.total = static_cast<int64_t>(plan.rows.size());
  answer.skipped = static_cast<int64_t>(plan.skipped);
  answer.matched = std::ranges::count_if(
      plan.matches, [&](const Match& match) { return !match.uri.empty() && match.confidence >= confidence_min; });
  answer.unmatched = static_cast<int64_t>(plan.matches.size()) - answer.matched;
}

// Matches up to `limit` rows more; stops early when time runs out or the answer is full.
base::Task<base::Result<ImportAnswer>> match_rows(const Services& services, mcp::CallContext& context, ImportPlan plan,
                                                  ImportArguments arguments) {
  const auto client = services.client_for(context.principal());
  const Presenter presenter(services);
  ImportAnswer answer;
  std::string stopped;
  size_t bytes = 3000;  // Of everything but the rows.
  const auto end = std::min(plan.rows.size(), plan.matches.size() + static_cast<size_t>(arguments.limit.value()));
  while (plan.matches.size() < end) {
    const size_t index = plan.matches.size();
    const curation::Row& row = plan.rows[index];
    Match match;
    ImportRow out;
    if (auto uri = named_uri(row)) {
      match = {.uri = *std::move(uri), .confidence = 100};
      const auto wanted = presenter.name(base::ForeignText(wanted_text(row)));
      out = {.row = static_cast<int64_t>(index + 1), .wanted = wanted.value_or("hidden"), .by = "uri"};
      out.match = Candidate{.item = {.uri = match.uri}, .confidence = 100};
    } else {
      const auto found = co_await find_song(client, row, arguments.market,
                                            {.deadline = last_moment(context), .on_wait = told_of_waits(context)});
      if (!found) {
        if (answer.rows.empty()) co_return std::unexpected(found.error());
        stopped = found.error().message;
        break;
      }
      out = shown(presenter, index, row, *found, match);
    }
    bytes += detail::cost_of_row(schema::to_json(out));
    // What was found for this row is looked up again in the next call, out of the cache.
    if (bytes > services.options.answer_bytes_max && !answer.rows.empty()) break;
    answer.rows.push_back(std::move(out));
    plan.matches.push_back(std::move(match));
    context.progress(static_cast<double>(plan.matches.size()), static_cast<double>(plan.rows.size()),
                     fmt::format("{} of {} looked at", plan.matches.size(), base::count_of(plan.rows.size(), "row")));
  }
  count(answer, plan, arguments.confidence_min.value());
  CO_TRY_VOID(co_await keep_plan(services, context.principal().id, plan));
  const auto found = std::ranges::count_if(plan.matches, [](const Match& match) { return !match.uri.empty(); });
  answer.summary =
      fmt::format("Looked at {} of {}: {} found, {} doubtful, {} not found. Would write {}; nothing was written.",
                  plan.matches.size(), base::count_of(plan.rows.size(), "row"), answer.matched, found - answer.matched,
                  static_cast<std::ptrdiff_t>(plan.matches.size()) - found, answer.matched);
  if (plan.is_complete()) {
    answer.confirm = plan.id;
    answer.summary += answer.unmatched > 0 ? " Show the other rows to the person, then call" : " Call";
    answer.summary += " with confirm, and name or into, to write what was found.";
  } else {
    answer.next_cursor = cursors(services, context).cursor_at(json::Object{{"i", plan.id}});
    answer.summary += " Call with next_cursor, without content, to go on. " + stopped;
  }
  co_return answer;
}

base::Task<base::Result<ImportAnswer>> write_rows(const Services& services, mcp::CallContext& context, ImportPlan plan,
                                                  ImportArguments arguments) {
  if (!plan.is_complete()) {
    co_return base::fail(base::Code::kConflict,
                         fmt::format("{} of {} looked at. Go on with next_cursor before writing.", plan.matches.size(),
                                     base::count_of(plan.rows.size(), "row is", "rows are")));
  }
  if (arguments.name.has_value() == arguments.into.has_value()) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "Pass name, for a new playlist, or into, the one to append to; not both.");
  }
  ImportAnswer answer;
  count(answer, plan, arguments.confidence_min.value());
  std::vector<std::string> uris;
  for (const Match& match : plan.matches) {
    if (!match.uri.empty() && match.confidence >= arguments.confidence_min.value()) uris.push_back(match.uri);
  }
  if (uris.empty()) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "No row is matched well enough to be written. Lower confidence_min, or correct the list.");
  }
  const auto client = services.client_for(context.principal());
  const Run run = run_of(arguments.dry_run);
  base::Result<ChangeAnswer> written;
  if (arguments.name) {
    Making making{.tool = "import_playlist",
                  .playlist = {.name = arguments.name->value(), .is_public = arguments.is_public},
                  .uris = std::move(uris),
                  .run = run};
    written = co_await make_playlist(services, context, client, std::move(making));
  } else {
    CO_TRY(Content content, co_await content_of(services, context, client, *arguments.into));
    std::vector<std::string> after = content.uris();
    after.insert(after.end(), uris.begin(), uris.end());
    // Appending takes nothing away, and the rows were shown before.
    Change change{.tool = "import_playlist",
                  .content = std::move(content),
                  .after = std::move(after),
                  .deed = "append " + base::count_of(uris.size(), "item"),
                  .did = "Appended " + base::count_of(uris.size(), "item"),
                  .run = run};
    written = co_await carry_out(services, context, client, std::move(change));
  }
  if (!written) co_return std::unexpected(written.error());
  answer.status = written->status;
  answer.summary = written->summary;
  answer.written = *std::move(written);
  co_return answer;
}

base::Task<base::Result<ImportAnswer>> import_playlist(const Services& services, mcp::CallContext& context,
                                                       ImportArguments arguments) {
  const int ways =
      int{arguments.content.has_value()} + int{arguments.cursor.has_value()} + int{arguments.confirm.has_value()};
  if (ways != 1) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "Pass one of content (to begin), cursor (to go on) and confirm (to write).");
  }
  const std::string principal = context.principal().id;
  if (arguments.confirm) {
    CO_TRY(ImportPlan plan, co_await find_plan(services, principal, arguments.confirm->value()));
    co_return co_await write_rows(services, context, std::move(plan), std::move(arguments));
  }
  if (arguments.cursor) {
    CO_TRY(const std::string id, id_in(cursors(services, context), *arguments.cursor));
    CO_TRY(ImportPlan plan, co_await find_plan(services, principal, id));
    co_return co_await match_rows(services, context, std::move(plan), std::move(arguments));
  }
  const std::string& content = arguments.content->value();
  CO_TRY(auto parsed, curation::parse(arguments.format.value_or(curation::guess(content)), content));
  if (parsed.rows.empty()) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "The content names no track. Pass CSV with Exportify's columns, M3U, JSON, or lines of "
                         "\"Artist - Title\".");
  }
  ImportPlan plan{.id = services.desk.new_id("impt_"), .rows = std::move(parsed.rows), .skipped = parsed.skipped};
  co_return co_await match_rows(services, context, std::move(plan), std::move(arguments));
}

}  // namespace

std::vector<mcp::Tool> import_tools(const Services& services) {
  auto info =
      curation_write("import_playlist", "Import playlist",
                     "Matches a list (CSV, M3U, JSON, \"Artist - Title\" lines) with tracks, some rows per "
                     "call, each with a confidence and the runner-up. Writes nothing until called with confirm.",
                     mcp::Effect::kWrite, mcp::Repeat::kAccumulates);
  return {make(services, std::move(info), &import_playlist)};
}

}  // namespace tools
