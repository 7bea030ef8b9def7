// The toolset "curation": the way back from any change, by its receipt.
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "curation/entry.h"
#include "curation/plan.h"
#include "tools/change.h"
#include "tools/curation.h"
#include "tools/details.h"
#include "tools/library_write.h"
#include "tools/make.h"
#include "tools/player.h"
#include "tools/reachable.h"
#include "tools/spoken.h"

namespace tools {
namespace {

struct UndoArguments {
  std::optional<KeptId> receipt;
  bool finish = false;
  bool force = false;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = UndoArguments;
    return schema::Fields{
        schema::optional("receipt", &Self::receipt, "Default: the newest change."),
        schema::defaulted("finish", &Self::finish, "Finish an interrupted change."),
        schema::defaulted("force", &Self::force, "Even if things changed since."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

using Uris = std::vector<std::string>;

// Whether the playlist stands where this change can have left it: anywhere between its first and its last request.
bool is_left_so(const Receipt& receipt, const Uris& now) {
  if (now == receipt.before || now == receipt.after || now == receipt.left) return true;
  const auto plan = curation::plan(receipt.before, receipt.after);
  if (!plan) return false;
  Uris uris = receipt.before;
  for (const curation::Step& step : plan->steps) {
    curation::perform(step, uris);
    if (uris == now) return true;
  }
  return false;
}

std::optional<size_t> number_in(const json::Object& data, std::string_view name) {
  const json::Value* value = data.find(name);
  if (value == nullptr || !value->is_integer() || value->integer() < 0) return std::nullopt;
  return static_cast<size_t>(value->integer());
}

bool is_snapshot_of(const Receipt& receipt, const std::string& snapshot) {
  const json::Value* left = receipt.data.find("snapshot");
  return left != nullptr && left->is_string() && left->string() == snapshot;
}

// Without what was added: where it was put, as much of it as is there. Its requests hold 100 items each, so a change
// that ended early added a multiple of that.
std::optional<Uris> without_added(const Receipt& receipt, Uris now) {
  for (size_t count = receipt.after.size(); count > 0;
       count = (count - 1) / curation::kItemsPerRequest * curation::kItemsPerRequest) {
    if (count > now.size()) continue;
    const size_t at = number_in(receipt.data, "position").value_or(now.size() - count);
    if (at > now.size() - count) continue;
    const auto begin = now.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    if (!std::equal(begin, end, receipt.after.begin())) continue;
    now.erase(begin, end);
    return now;
  }
  return std::nullopt;
}

// The last copy of each that was added, wherever it is now.
Uris without_last_of(const Receipt& receipt, Uris now) {
  for (auto uri = receipt.after.rbegin(); uri != receipt.after.rend(); ++uri) {
    const auto found = std::find(now.rbegin(), now.rend(), *uri);
    if (found != now.rend()) now.erase(std::next(found).base());
  }
  return now;
}

std::optional<Uris> moved_back(const Receipt& receipt, Uris now) {
  const auto start = number_in(receipt.data, "start");
  const auto before = number_in(receipt.data, "before");
  const auto length = number_in(receipt.data, "length");
  if (!start || !before || !length || *start + *length > now.size() || *before > now.size()) return std::nullopt;
  // Where the range stands now, and the place before which it stood.
  const bool went_down = *before > *start;
  const curation::Step back{.kind = curation::Step::Kind::kMove,
                            .position = went_down ? *before - *length : *before,
                            .length = *length,
                            .before = went_down ? *start : *start + *length};
  curation::perform(back, now);
  return now;
}

// What the playlist is to hold; nothing when it is not as the change left it.
std::optional<Uris> target_of(const Receipt& receipt, const Content& content, const UndoArguments& arguments) {
  Uris now = content.uris();
  switch (receipt.way) {
    case Way::kAdded: {
      auto target = without_added(receipt, now);
      if (!target && arguments.force) target = without_last_of(receipt, std::move(now));
      return target;
    }
    case Way::kMoved:
      if (!arguments.force && !is_snapshot_of(receipt, content.snapshot)) return std::nullopt;
      return moved_back(receipt, std::move(now));
    case Way::kTaken:
      for (const std::string& uri : receipt.before) {
        if (std::ranges::find(now, uri) == now.end()) now.push_back(uri);
      }
      return now;
    default:
      break;
  }
  if (!arguments.force && !is_left_so(receipt, now)) return std::nullopt;
  return arguments.finish ? receipt.after : receipt.before;
}

std::string stale_sentence(const Services& services, const Receipt& receipt, const std::string& spoken) {
  if (receipt.way == Way::kMoved && receipt.data.find("snapshot") == nullptr) {
    return fmt::format(
        "Nothing was changed: Spotify did not say how {} was after {}, so it is not known whether somebody changed it "
        "since. Look at it; force true moves the items back all the same.",
        spoken, receipt.tool);
  }
  const bool is_whole = receipt.way == Way::kContent || receipt.way == Way::kMade;
  return fmt::format(
      "Nothing was changed: {} is not as {} left it, so somebody changed it since, and that would be lost. {}force "
      "true overwrites it.",
      spoken, receipt.tool,
      is_whole && services.offers("diff_since_snapshot")
          ? fmt::format("diff_since_snapshot with snapshot {} shows what differs; ", receipt.id)
          : "");
}

base::Task<base::Result<ChangeAnswer>> undo_items(const Services& services, mcp::CallContext& context,
                                                  std::shared_ptr<spotify::Client> client, Receipt receipt,
                                                  UndoArguments arguments) {
  const bool is_whole = receipt.way == Way::kContent || receipt.way == Way::kMade;
  if (arguments.finish && !is_whole) {
    co_return base::fail(base::Code::kInvalidArgument,
                         fmt::format("Nothing was changed: {} cannot be finished by its receipt. Call it again with "
                                     "what is missing.",
                                     receipt.tool));
  }
  CO_TRY(Content content, co_await content_of(services, context, client, *receipt.playlist));
  const Uris now = content.uris();
  auto wanted = target_of(receipt, content, arguments);
  if (!wanted) {
    ChangeAnswer answer{.status = Status::kStale};
    name_playlist(answer, *receipt.playlist);
    answer.snapshot_id = content.snapshot;
    answer.items_before = static_cast<int64_t>(now.size());
    answer.items_after = answer.items_before;
    answer.summary = stale_sentence(services, receipt, content.spoken);
    co_return answer;
  }
  Reachable target = reachable(now, *std::move(wanted));
  const std::string what = fmt::format("{} of {}", receipt.tool, base::to_rfc3339(receipt.at));
  Change change{.tool = "undo",
                .content = std::move(content),
                .after = std::move(target.uris),
                .deed = fmt::format("{} {}", arguments.finish ? "finish" : "take back", what),
                .did = fmt::format("{} {}", arguments.finish ? "Finished" : "Took back", what),
                .run = run_of(arguments.dry_run),
                .remark = missing_sentence(target.missing)};
  co_return co_await carry_out(services, context, client, std::move(change));
}

// Answers of other changes, in the words of this tool. They took that many requests, unless nothing was to do.
template <class Answer>
ChangeAnswer in_short(Answer given, const Receipt& receipt, int64_t requests = 1) {
  ChangeAnswer answer{.summary = std::move(given.summary), .status = given.status};
  if (receipt.playlist) name_playlist(answer, *receipt.playlist);
  answer.receipt = std::move(given.receipt);
  if (answer.status != Status::kUnchanged && answer.status != Status::kStale) answer.requests = requests;
  if (answer.status == Status::kVerified || answer.status == Status::kAccepted) answer.requests_done = requests;
  return answer;
}

// A playlist that was made is taken off the list; Spotify deletes nothing.
base::Task<base::Result<ChangeAnswer>> take_off(const Services& services, mcp::CallContext& context,
                                                std::shared_ptr<spotify::Client> client, Receipt receipt, Run run) {
  LibraryChange change{
      .tool = "undo", .wanted = Wanted::kGone, .uris = {spotify::LibraryUri(*receipt.playlist)}, .run = run};
  CO_TRY(WriteAnswer written, co_await change_library(services, context, client, std::move(change)));
  const Status status = written.status;
  ChangeAnswer answer = in_short(std::move(written), receipt);
  if (status == Status::kDryRun) {
    const std::string spoken = co_await spoken_of(services, context, client, {receipt.playlist->uri()});
    answer.summary = fmt::format(
        "Dry run, nothing was sent. Would take the playlist {} that {} made off the user's list; Spotify deletes "
        "nothing.",
        spoken, receipt.tool);
  } else if (status == Status::kUnchanged) {
    answer.summary = "The playlist is not on the user's list any more, so there was nothing to do.";
  } else if (status == Status::kAmbiguous) {
    answer.summary = "No answer came, so it may or may not be off the list. Look before repeating it.";
  } else {
    answer.summary = "Took the playlist off the list. Spotify keeps it, and whoever saves its uri has it again.";
  }
  co_return answer;
}

base::Task<base::Result<ChangeAnswer>> undo_library(const Services& services, mcp::CallContext& context,
                                                    std::shared_ptr<spotify::Client> client, Receipt receipt, Run run) {
  const bool was_saved = receipt.way == Way::kSaved;
  LibraryChange change{.tool = "undo",
                       .shelf = receipt.tool.ends_with("_artists") ? Shelf::kFollowing : Shelf::kLibrary,
                       .wanted = was_saved ? Wanted::kGone : Wanted::kThere,
                       .run = run};
  for (const std::string& uri : was_saved ? receipt.after : receipt.before) {
    if (auto parsed = spotify::LibraryUri::parse(uri)) change.uris.push_back(*std::move(parsed));
  }
  CO_TRY(WriteAnswer written, co_await change_library(services, context, client, std::move(change)));
  const auto each = static_cast<int64_t>(spotify::kLibraryItemsPerRequest);
  const int64_t requests = (written.asked + each - 1) / each;
  const int64_t done = written.done / each;
  ChangeAnswer answer = in_short(std::move(written), receipt, requests);
  if (answer.status == Status::kPartial || answer.status == Status::kAmbiguous) answer.requests_done = done;
  const bool is_dated = !was_saved && answer.status != Status::kUnchanged;
  if (is_dated) answer.summary += " What is saved again has today's date: Spotify keeps no other.";
  co_return answer;
}

ChangeAnswer no_way_back(const Receipt& receipt) {
  const json::Value* why = receipt.data.find("why");
  ChangeAnswer answer{.status = Status::kUnchanged};
  if (receipt.playlist) name_playlist(answer, *receipt.playlist);
  answer.summary = fmt::format("Nothing was changed: {} cannot be taken back. {}", receipt.tool,
                               why != nullptr && why->is_string() ? why->string() : std::string());
  return answer;
}

base::Task<base::Result<ChangeAnswer>> undo(const Services& services, mcp::CallContext& context,
                                            UndoArguments arguments) {
  CO_TRY(Receipt receipt, co_await find_receipt(services, context.principal().id, std::move(arguments.receipt)));
  const auto client = services.client_for(context.principal());
  const Run run = run_of(arguments.dry_run);
  const Force force = arguments.force ? Force::kYes : Force::kNo;
  switch (receipt.way) {
    case Way::kMade:
      if (arguments.finish) break;
      co_return co_await take_off(services, context, client, std::move(receipt), run);
    case Way::kDetails: {
      Receipt copy = receipt;
      CO_TRY(PlaylistAnswer answer, co_await restore_details(services, context, client, std::move(copy), run, force));
      co_return in_short(std::move(answer), receipt);
    }
    case Way::kSaved:
    case Way::kUnsaved:
      co_return co_await undo_library(services, context, client, std::move(receipt), run);
    case Way::kPlayer: {
      Receipt copy = receipt;
      CO_TRY(PlayerAnswer answer, co_await restore_player(services, context, client, std::move(copy), run));
      co_return in_short(std::move(answer), receipt);
    }
    case Way::kNoWay:
      co_return no_way_back(receipt);
    case Way::kContent:
    case Way::kAdded:
    case Way::kMoved:
    case Way::kTaken:
      break;
  }
  co_return co_await undo_items(services, context, client, std::move(receipt), std::move(arguments));
}

}  // namespace

std::vector<mcp::Tool> undo_tools(const Services& services) {
  auto info = curation_write("undo", "Undo",
                             "Takes back a change by its receipt, as far as Spotify allows, or finishes an "
                             "interrupted one. Asks first.",
                             mcp::Effect::kDestroy, mcp::Repeat::kAccumulates);
  return {in_brief(make(services, std::move(info), &undo))};
}

}  // namespace tools
