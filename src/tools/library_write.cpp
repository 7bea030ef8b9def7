#include "tools/library_write.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "base/plural.h"
#include "tools/playlist_answers.h"
#include "tools/receipt.h"
#include "tools/spoken.h"

namespace tools {
namespace {

using Uris = std::vector<spotify::LibraryUri>;

// For sentences: "Saved 3 items to the library. 2 were saved already." `what` is one of them.
struct Words {
  std::string_view did;
  std::string_view would;
  std::string_view what;
  std::string_view where;
  std::string_view is;
  std::string_view was;
};

constexpr Words words_of(Shelf shelf, Wanted wanted) {
  const bool there = wanted == Wanted::kThere;
  if (shelf == Shelf::kFollowing) {
    return there ? Words{"Followed", "follow", "artist", "", "followed", "followed already"}
                 : Words{"Unfollowed", "unfollow", "artist", "", "unfollowed", "not followed"};
  }
  return there ? Words{"Saved", "save", "item", " to the library", "saved", "saved already"}
               : Words{"Removed", "remove", "item", " from the library", "removed", "not there"};
}

// Those that are not yet as wanted.
base::Task<base::Result<Uris>> left_to_do(std::shared_ptr<spotify::Client> client, Uris uris, Wanted wanted,
                                          spotify::Call call) {
  if (uris.empty()) co_return uris;
  CO_TRY(const auto there, co_await client->check_library(uris, call));
  Uris left;
  for (size_t i = 0; i < uris.size(); ++i) {
    if (there[i] != (wanted == Wanted::kThere)) left.push_back(uris[i]);
  }
  co_return left;
}

std::vector<spotify::ArtistId> artists_of(const Uris& uris) {
  std::vector<spotify::ArtistId> artists;
  for (const spotify::LibraryUri& uri : uris) {
    if (auto artist = spotify::ArtistId::parse(uri.text())) artists.push_back(*std::move(artist));
  }
  return artists;
}

base::Task<base::Result<spotify::LibraryWrite>> send(std::shared_ptr<spotify::Client> client, Shelf shelf,
                                                     Wanted wanted, Uris uris, spotify::Call call) {
  const bool there = wanted == Wanted::kThere;
  if (shelf == Shelf::kFollowing) {
    auto artists = artists_of(uris);
    auto following =
        there ? client->follow_artists(std::move(artists), call) : client->unfollow_artists(std::move(artists), call);
    co_return co_await std::move(following);
  }
  auto writing =
      there ? client->save_to_library(std::move(uris), call) : client->remove_from_library(std::move(uris), call);
  co_return co_await std::move(writing);
}

std::vector<std::string> texts_of(const Uris& uris) {
  std::vector<std::string> texts;
  for (const spotify::LibraryUri& uri : uris) texts.push_back(uri.text());
  return texts;
}

// What is known once the requests are out: why they ended early, and what Spotify does not show as done.
struct Sent {
  size_t asked = 0;
  size_t done = 0;
  std::optional<base::Error> stopped{};
  std::optional<Uris> missing{};  // Nothing: it could not be read back.
};

WriteAnswer tell(Sent outcome, const Words& words) {
  WriteAnswer answer{.asked = static_cast<int64_t>(outcome.asked)};
  const std::string all = base::count_of(outcome.asked, words.what);
  if (outcome.missing) outcome.done = outcome.asked - outcome.missing->size();
  answer.done = static_cast<int64_t>(outcome.done);
  if (outcome.missing && outcome.missing->empty()) {
    answer.status = Status::kVerified;
    answer.summary = fmt::format("{} {}{}.", words.did, all, words.where);
  } else if (!outcome.stopped) {
    answer.status = Status::kAccepted;
    answer.summary = outcome.missing
                         ? fmt::format(
                               "Spotify took the request, but {} of {} {} not {} yet. Look again in a "
                               "minute.",
                               outcome.missing->size(), all, outcome.missing->size() == 1 ? "is" : "are", words.is)
                         : fmt::format("{} {}{}. It could not be read back.", words.did, all, words.where);
  } else if (may_have_happened(*outcome.stopped)) {
    answer.status = Status::kAmbiguous;
    answer.summary =
        fmt::format("{} {} of {} for certain; no answer came for the next request. Repeating the call is safe.",
                    words.did, outcome.done, all);
  } else {
    answer.status = Status::kPartial;
    answer.summary = fmt::format("{} {} of {}. {} Repeating the call is safe.", words.did, outcome.done, all,
                                 outcome.stopped->message);
  }
  return answer;
}

WriteAnswer dry_answer(size_t asked, const std::string& spoken, const Words& words) {
  return {.summary = fmt::format("Dry run, nothing was sent. Would {} {}{}.", words.would, spoken, words.where),
          .status = Status::kDryRun,
          .asked = static_cast<int64_t>(asked)};
}

// The receipt holds what this change is known to have changed, or may have.
void note(Receipt& receipt, const Uris& left, const Sent& outcome) {
  Uris changed = left;
  if (outcome.missing && outcome.stopped && !may_have_happened(*outcome.stopped)) {
    std::erase_if(changed, [&](const spotify::LibraryUri& uri) {
      return std::ranges::any_of(*outcome.missing, [&](const auto& each) { return each.text() == uri.text(); });
    });
  }
  (receipt.way == Way::kSaved ? receipt.after : receipt.before) = texts_of(changed);
}

}  // namespace

base::Task<base::Result<WriteAnswer>> change_library(const Services& services, mcp::CallContext& context,
                                                     std::shared_ptr<spotify::Client> client, LibraryChange change) {
  const Words words = words_of(change.shelf, change.wanted);
  const size_t asked = change.uris.size();
  CO_TRY(const Uris left, co_await left_to_do(client, std::move(change.uris), change.wanted, fresh_call_of(context)));
  const size_t already = asked - left.size();
  const std::string aside =
      already == 0 ? "" : fmt::format(" {} {} {}.", already, already == 1 ? "was" : "were", words.was);
  if (left.empty()) {
    co_return WriteAnswer{
        .summary = "Nothing to do." + aside, .status = Status::kUnchanged, .asked = static_cast<int64_t>(asked)};
  }
  if (change.run == Run::kDry) {
    const std::string spoken = co_await spoken_of(services, context, client, texts_of(left));
    WriteAnswer answer = dry_answer(left.size(), spoken, words);
    answer.summary += aside;
    co_return answer;
  }
  const std::string principal = context.principal().id;
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .tool = change.tool,
                  .at = services.desk.now(),
                  .way = change.wanted == Wanted::kThere ? Way::kSaved : Way::kUnsaved};
  Sent outcome{.asked = left.size()};
  note(receipt, left, outcome);
  CO_TRY_VOID(co_await keep(services, principal, receipt));
  auto written = co_await send(client, change.shelf, change.wanted, left, call_of(context));
  if (written) {
    outcome.done = written->items_done;
    outcome.stopped = std::move(written->stopped);
  } else if (may_have_happened(written.error())) {
    outcome.stopped = std::move(written).error();
  } else {
    co_await drop(services, principal, receipt.id);
    co_return std::unexpected(std::move(written).error());
  }
  if (auto still = co_await left_to_do(client, left, change.wanted, fresh_call_of(context))) {
    outcome.missing = *std::move(still);
  }
  note(receipt, left, outcome);
  WriteAnswer answer = tell(std::move(outcome), words);
  answer.summary += aside;
  answer.receipt = receipt.id;
  // What was kept before covers more, and undo looks at what is there.
  static_cast<void>(co_await keep(services, principal, std::move(receipt)));
  co_return answer;
}

}  // namespace tools
