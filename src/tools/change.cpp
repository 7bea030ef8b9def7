#include "tools/change.h"

#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unordered_map>

#include "base/plural.h"
#include "curation/diff.h"
#include "curation/plan.h"
#include "spotify/errors.h"
#include "tools/create.h"
#include "tools/make.h"
#include "tools/playlist_answers.h"
#include "tools/present.h"
#include "tools/send_plan.h"
#include "tools/spoken.h"

namespace tools {
namespace {

using base::count_of;

constexpr size_t kRowsShown = 40;

// One text out of those that are not empty.
std::string sentences(std::initializer_list<std::string_view> all) {
  std::string text;
  for (const std::string_view each : all) {
    if (each.empty()) continue;
    if (!text.empty()) text += ' ';
    text += each;
  }
  return text;
}

// "3 removed, 1 moved", for a sentence; with `removed` as the names of what is removed: "3 removed ("A", "B" ...)".
std::string counts_of(const ChangeAnswer& answer, const std::string& removed = "") {
  std::string text;
  const auto add = [&](int64_t n, std::string_view what) {
    if (n > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, what);
  };
  add(answer.removed, removed.empty() ? "removed" : fmt::format("removed ({})", removed));
  add(answer.added, "added");
  add(answer.moved, "moved");
  return text.empty() ? "nothing changed" : text;
}

std::string refused_sentence(const Progress& progress) {
  if (progress.refused.empty()) return {};
  return fmt::format(" Spotify does not take {} any more, so {} left out: {}.",
                     count_of(progress.refused.size(), "item"), progress.refused.size() == 1 ? "it is" : "they are",
                     fmt::join(progress.refused, ", "));
}

std::string left_out_sentence(size_t left_out) {
  if (left_out == 0) return {};
  return fmt::format("Left out {} that Spotify does not let anybody add: local files and entries without a name.",
                     count_of(left_out, "item"));
}

std::string dates_sentence(int64_t dates_lost) {
  if (dates_lost == 0) return {};
  return fmt::format("Spotify will show a new added date for {} of the items that stay.", dates_lost);
}

// The names of the first that would be removed, as `listed` has them.
std::string names_of_removed(const Services& services, const Change& change) {
  const curation::Diff diff = curation::diff(change.content.uris(), change.after);
  const Presenter presenter(services);
  std::vector<std::string> names;
  for (const size_t i : diff.removed) {
    if (names.size() == kSpokenMax) break;
    const curation::Entry& entry = change.content.entries()[i];
    const std::string uri = entry.uri.empty() ? "an entry without a name" : presenter.uri(entry.uri);
    std::string name = presenter.quoted(entry.title, uri);
    const std::string artist = entry.artists.empty() ? "" : presenter.quoted(entry.artists.front(), "");
    names.push_back(artist.empty() ? name : fmt::format("{} by {}", name, artist));
  }
  return listed(names, diff.removed.size());
}

// The effect of the plan, before anything is sent.
ChangeAnswer effect_of(const Services& services, const Change& change, const curation::Plan& plan) {
  const std::vector<std::string> before = change.content.uris();
  const curation::Diff diff = curation::diff(before, change.after);
  ChangeAnswer answer;
  name_playlist(answer, change.content.id);
  answer.url = Presenter(services).link(change.content.id.url());
  answer.snapshot_id = change.content.snapshot;
  answer.items_before = static_cast<int64_t>(before.size());
  answer.items_after = static_cast<int64_t>(change.after.size());
  answer.removed = static_cast<int64_t>(diff.removed.size());
  answer.added = static_cast<int64_t>(diff.added.size());
  answer.moved = static_cast<int64_t>(diff.moved.size());
  answer.requests = static_cast<int64_t>(plan.steps.size());
  answer.dates_lost = static_cast<int64_t>(plan.dates_lost);
  return answer;
}

void show_rows(const Services& services, const Change& change, ChangeAnswer& answer) {
  auto rows = rows_of(services, change.content.uris(), change.after, {&change.content.entries()});
  const size_t all = rows.size();
  if (rows.empty()) return;
  if (rows.size() > kRowsShown) rows.resize(kRowsShown);
  answer.changes = std::move(rows);
  cut(answer, *answer.changes, services.options.answer_bytes_max);
  if (answer.changes->size() < all) {
    answer.summary += fmt::format(" The first {} of {} changes are listed.", answer.changes->size(), all);
  }
}

// The sentence and the state of what was sent.
void tell(const Services& services, const Change& change, const Progress& progress, Status reached,
          ChangeAnswer& answer) {
  answer.requests = static_cast<int64_t>(progress.planned);
  answer.requests_done = static_cast<int64_t>(progress.done);
  answer.items_after = static_cast<int64_t>(progress.uris.size());
  answer.snapshot_id = progress.snapshot;
  if (!progress.stopped) {
    answer.status = reached;
    answer.summary =
        fmt::format("{}: {}.{}", change.did, counts_of(answer), services.offers("undo") ? " undo takes it back." : "");
    if (reached == Status::kAccepted) answer.summary += " Spotify took it, but does not show it yet.";
    return;
  }
  const std::string_view how = services.offers("undo")
                                   ? "undo with this receipt goes back, with finish true it goes on to the end."
                                   : "How it was before is kept under this receipt.";
  if (progress.is_unknown) {
    answer.status = Status::kAmbiguous;
    answer.summary = fmt::format(
        "{} of {} done for certain, then no answer came: the next one may or may not have been carried out. {}",
        progress.done, count_of(answer.requests, "request is", "requests are"), how);
  } else {
    answer.status = Status::kPartial;
    answer.summary = fmt::format("{} of {} done, so the playlist has {} now. {} {}", progress.done,
                                 count_of(answer.requests, "request is", "requests are"),
                                 count_of(progress.uris.size(), "item"), progress.stopped->message, how);
  }
}

base::Error no_way(const Services& services, const Content& content) {
  return {base::Code::kConflict,
          fmt::format(
              "{} holds local files or entries that Spotify does not name any more, which cannot be added again, "
              "and this change would have to. Nothing was changed{}.",
              content.spoken, services.offers("reorder_playlist") ? "; reorder_playlist can move them one by one" : ""),
          {},
          std::nullopt};
}

void note_end(Receipt& receipt, const Progress& progress) {
  if (progress.stopped) {
    receipt.left = progress.uris;
  } else {
    receipt.after = progress.uris;
  }
}

void say_unchanged(ChangeAnswer& answer, Run run, std::string sentence) {
  answer.status = run == Run::kDry ? Status::kDryRun : Status::kUnchanged;
  answer.summary = std::move(sentence);
}

// Keeps a receipt, and then sends. `answer` holds what is expected.
base::Task<base::Result<ChangeAnswer>> write(const Services& services, mcp::CallContext& context,
                                             std::shared_ptr<spotify::Client> client, Change change,
                                             curation::Plan plan, ChangeAnswer answer) {
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = change.content.id,
                  .tool = change.tool,
                  .at = services.desk.now(),
                  .before = change.content.uris(),
                  .after = change.after};
  const std::string principal = context.principal().id;
  CO_TRY_VOID(co_await keep(services, principal, receipt));
  Progress progress = co_await send_all(services, context, client, change.content, std::move(plan));
  if (progress.done == 0 && progress.stopped && !progress.is_unknown) {
    co_await drop(services, principal, receipt.id);
    co_return std::unexpected(*std::move(progress.stopped));
  }
  Status reached = Status::kAccepted;
  if (!progress.stopped) reached = co_await verify(services, context, client, change.content.id, progress);
  tell(services, change, progress, reached, answer);
  answer.summary += refused_sentence(progress);
  if (!change.remark.empty()) answer.summary += " " + change.remark;
  answer.receipt = receipt.id;
  note_end(receipt, progress);
  if (const auto kept = co_await keep(services, principal, std::move(receipt)); !kept) {
    answer.summary += " How far it came could not be noted, so taking it back may ask for force.";
  }
  co_return answer;
}

}  // namespace

mcp::Tool in_brief(mcp::Tool tool) {
  tool.output_schema = promise_of(schema::json_schema<ChangePromise>());
  return tool;
}

void name_playlist(ChangeAnswer& answer, const spotify::PlaylistId& id) {
  answer.playlist_id = std::string(id.text());
  answer.uri = id.uri();
}

std::vector<ChangeRow> rows_of(const Services& services, const std::vector<std::string>& first,
                               const std::vector<std::string>& second,
                               const std::vector<const std::vector<curation::Entry>*>& named) {
  const Presenter presenter(services);
  std::unordered_map<std::string_view, const curation::Entry*> by_uri;
  for (const auto* entries : named) {
    for (const curation::Entry& entry : *entries) by_uri.emplace(entry.uri, &entry);
  }
  std::vector<ChangeRow> rows;
  const auto add = [&](Turn change, const std::string& uri, std::optional<size_t> from, std::optional<size_t> to) {
    ChangeRow row{.change = change, .uri = uri.empty() ? "none" : presenter.uri(uri)};
    const auto found = by_uri.find(uri);
    if (found != by_uri.end()) {
      if (auto item = presenter.item(*found->second)) {
        row.name = std::move(item->name);
        row.artists = std::move(item->artists);
      }
    }
    if (from) row.from = static_cast<int64_t>(*from);
    if (to) row.to = static_cast<int64_t>(*to);
    rows.push_back(std::move(row));
  };
  const curation::Diff diff = curation::diff(first, second);
  for (const size_t i : diff.removed) add(Turn::kRemoved, first[i], i, std::nullopt);
  for (const size_t i : diff.added) add(Turn::kAdded, second[i], std::nullopt, i);
  for (const curation::Move& move : diff.moved) add(Turn::kMoved, first[move.from], move.from, move.to);
  return rows;
}

base::Task<base::Result<ChangeAnswer>> carry_out(const Services& services, mcp::CallContext& context,
                                                 std::shared_ptr<spotify::Client> client, Change change) {
  if (change.after.size() > kPlaylistMax) {
    co_return base::fail(base::Code::kInvalidArgument,
                         fmt::format("That would be {} items; Spotify allows {} in one playlist. Nothing was changed.",
                                     change.after.size(), kPlaylistMax));
  }
  auto plan = curation::plan(change.content.uris(), change.after);
  if (!plan) co_return std::unexpected(no_way(services, change.content));
  ChangeAnswer answer = effect_of(services, change, *plan);
  if (plan->empty()) {
    say_unchanged(
        answer, Run::kReal,
        sentences({fmt::format("Nothing to do: {} {}.", change.content.spoken, change.nothing), change.remark}));
    co_return answer;
  }
  if (change.run == Run::kDry) {
    say_unchanged(answer, Run::kDry,
                  sentences({fmt::format("Dry run, nothing was sent. Would {} in {}: {}.", change.deed,
                                         change.content.spoken, counts_of(answer, names_of_removed(services, change))),
                             dates_sentence(answer.dates_lost), change.remark}));
    show_rows(services, change, answer);
    co_return answer;
  }
  co_return co_await write(services, context, client, std::move(change), *std::move(plan), std::move(answer));
}

base::Task<base::Result<ChangeAnswer>> make_playlist(const Services& services, mcp::CallContext& context,
                                                     std::shared_ptr<spotify::Client> client, Making making) {
  const size_t given = making.uris.size();
  std::erase_if(making.uris, [](const std::string& uri) { return !curation::can_be_added(uri); });
  const std::string remark = left_out_sentence(given - making.uris.size());
  if (making.uris.size() > kPlaylistMax) {
    co_return base::fail(base::Code::kInvalidArgument,
                         fmt::format("That would be {} items; Spotify allows {} in one playlist. Nothing was made.",
                                     making.uris.size(), kPlaylistMax));
  }
  const auto requests = static_cast<int64_t>((making.uris.size() + 99) / 100 + 1);
  ChangeAnswer answer{.added = static_cast<int64_t>(making.uris.size()), .requests = requests};
  if (making.run == Run::kDry) {
    answer.status = Status::kDryRun;
    answer.items_after = answer.added;
    answer.summary =
        sentences({fmt::format("Dry run, nothing was sent. Would make a {} playlist of {}.",
                               making.playlist.is_public ? "public" : "private", count_of(making.uris.size(), "item")),
                   remark});
    co_return answer;
  }
  CO_TRY(const Created created, co_await create_once(services, context, client, std::move(making.playlist),
                                                     {.deadline = last_moment(context)}));
  if (created.how != Created::How::kMade) {
    const bool is_unknown = created.how == Created::How::kUnknown;
    if (created.earlier) name_playlist(answer, *created.earlier);
    answer.status = is_unknown ? Status::kAmbiguous : Status::kUnchanged;
    answer.summary = created.sentence;
    answer.added = 0;
    co_return answer;
  }
  const spotify::PlaylistId id = *created.playlist->id;
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = id,
                  .tool = making.tool,
                  .at = services.desk.now(),
                  .way = Way::kMade,
                  .after = making.uris};
  const auto kept = co_await keep(services, context.principal().id, receipt);
  Change change{.tool = making.tool,
                .content = {.id = id},
                .after = making.uris,
                .deed = "make the playlist",
                .did = "Made the playlist"};
  change.content.reading = std::make_shared<Reading>();
  if (created.playlist->snapshot_id) change.content.snapshot = created.playlist->snapshot_id->text();
  name_playlist(answer, id);
  answer.url = Presenter(services).link(id.url());
  Progress progress;
  if (auto plan = curation::plan({}, making.uris)) {
    progress = co_await send_all(services, context, client, change.content, *std::move(plan));
  }
  Status reached = Status::kAccepted;
  if (!progress.stopped) reached = co_await verify(services, context, client, id, progress);
  tell(services, change, progress, reached, answer);
  answer.requests += 1;  // The one that made it.
  answer.requests_done += 1;
  if (!progress.stopped) {
    answer.summary = fmt::format("Made the playlist with {}.", count_of(progress.uris.size(), "item"));
  }
  answer.summary += refused_sentence(progress);
  if (!remark.empty()) answer.summary += " " + remark;
  answer.added = static_cast<int64_t>(progress.uris.size());
  if (kept) answer.receipt = receipt.id;
  note_end(receipt, progress);
  if (kept) {
    const auto noted = co_await keep(services, context.principal().id, std::move(receipt));
    static_cast<void>(noted);  // Without it undo looks at the content itself.
  }
  co_return answer;
}

}  // namespace tools
