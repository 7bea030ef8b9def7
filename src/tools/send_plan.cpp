#include "tools/send_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <list>
#include <utility>

#include "spotify/errors.h"
#include "tools/arguments.h"
#include "tools/playlist_answers.h"

namespace tools {
namespace {

using curation::Step;

// More requests than are done while a client waits.
constexpr size_t kLong = 30;
// Each costs some seven requests to be found.
constexpr size_t kRefusedMax = 10;

std::vector<spotify::PlayableUri> playable(const std::vector<std::string>& uris) {
  std::vector<spotify::PlayableUri> out;
  for (const std::string& uri : uris) {
    if (auto parsed = spotify::PlayableUri::parse(uri)) out.push_back(*std::move(parsed));
  }
  return out;
}

std::vector<spotify::Uri> any_uri(const std::vector<std::string>& uris) {
  std::vector<spotify::Uri> out;
  for (const std::string& uri : uris) {
    if (auto parsed = spotify::Uri::parse(uri)) out.push_back(*std::move(parsed));
  }
  return out;
}

base::Task<base::Result<spotify::PlaylistWrite>> send(std::shared_ptr<spotify::Client> client, spotify::PlaylistId id,
                                                      Step step, std::optional<spotify::SnapshotId> snapshot,
                                                      spotify::Call call) {
  switch (step.kind) {
    case Step::Kind::kAdd:
      co_return co_await client->add_playlist_items(id, playable(step.uris), static_cast<int>(step.position), call);
    case Step::Kind::kRemove:
      co_return co_await client->remove_playlist_items(id, any_uri(step.uris), std::move(snapshot), call);
    case Step::Kind::kReplace:
      co_return co_await client->replace_playlist_items(id, playable(step.uris), call);
    case Step::Kind::kMove:
      break;
  }
  spotify::Reorder move{.range_start = static_cast<int>(step.position),
                        .insert_before = static_cast<int>(step.before),
                        .range_length = static_cast<int>(step.length),
                        .snapshot = std::move(snapshot)};
  co_return co_await client->reorder_playlist_items(id, std::move(move), call);
}

// Looks whether the request without an answer was carried out. Only what Spotify shows as done is certain: what it
// does not show may still come.
base::Task<bool> shows(const Services& services, mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                       spotify::PlaylistId id, std::vector<std::string> expected) {
  const auto now = co_await content_of(services, context, client, id);
  co_return now && now->uris() == expected;
}

// A request that Spotify refuses for one of its items is cut in two, until that item is found and left out; nothing of
// a refused request is carried out, so this repeats nothing. False when there is nothing to cut, or too much is
// refused.
bool cut_refused(const Step& step, const base::Error& why, std::list<Step>& open, Progress& progress) {
  const bool has_items = step.kind == Step::Kind::kAdd || step.kind == Step::Kind::kReplace;
  if (!has_items || step.uris.empty() || spotify::cause_of(why) != spotify::Cause::kBadRequest) return false;
  if (step.uris.size() == 1) {
    if (progress.refused.size() == kRefusedMax) return false;
    progress.refused.push_back(step.uris.front());
    // What was there before has to go all the same.
    if (step.kind == Step::Kind::kReplace) open.push_front({.kind = Step::Kind::kReplace});
    return true;
  }
  const auto half = step.uris.size() / 2;
  const auto middle = step.uris.begin() + static_cast<std::ptrdiff_t>(half);
  open.push_front({.kind = Step::Kind::kAdd, .uris = {middle, step.uris.end()}, .position = step.position + half});
  open.push_front({.kind = step.kind, .uris = {step.uris.begin(), middle}, .position = step.position});
  ++progress.planned;
  return true;
}

}  // namespace

base::Task<Progress> send_all(const Services& services, mcp::CallContext& context,
                              std::shared_ptr<spotify::Client> client, Content content, curation::Plan plan) {
  Progress progress{.planned = plan.steps.size(), .uris = content.uris(), .snapshot = content.snapshot};
  const size_t read = progress.uris.size();
  if (plan.steps.size() > kLong) context.go_on_as_task();
  std::list<Step> open(plan.steps.begin(), plan.steps.end());
  while (!open.empty()) {
    const Step step = std::move(open.front());
    open.pop_front();
    Step sent = step;
    // Additions come from the front to the end, so what was left out stood before.
    if (sent.kind == Step::Kind::kAdd) sent.position -= std::min(sent.position, progress.refused.size());
    std::optional<spotify::SnapshotId> snapshot;
    if (progress.snapshot) {
      if (auto parsed = spotify::SnapshotId::parse(*progress.snapshot)) snapshot = *std::move(parsed);
    }
    const spotify::Call call{.deadline = last_moment(context), .on_wait = told_of_waits(context)};
    const auto written = co_await send(client, content.id, sent, std::move(snapshot), call);
    if (!written && cut_refused(step, written.error(), open, progress)) continue;
    std::vector<std::string> next = progress.uris;
    curation::perform(sent, next);
    if (!written) {
      progress.stopped = written.error();
      progress.is_unknown = may_have_happened(written.error());
      if (progress.is_unknown && co_await shows(services, context, client, content.id, next)) {
        progress.is_unknown = false;
        progress.uris = std::move(next);
        ++progress.done;
        progress.snapshot.reset();
        if (open.empty()) progress.stopped.reset();
      }
      break;
    }
    progress.uris = std::move(next);
    ++progress.done;
    progress.snapshot.reset();
    if (written->snapshot) progress.snapshot = written->snapshot->text();
    // On top of what was told while the playlist was read: progress only grows.
    context.progress(static_cast<double>(read + progress.done), static_cast<double>(read + progress.planned),
                     fmt::format("{} of {} requests sent", progress.done, progress.planned));
  }
  co_return progress;
}

base::Task<Status> verify(const Services& services, mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                          spotify::PlaylistId id, Progress progress) {
  const spotify::Call call{.deadline = context.deadline(), .freshness = spotify::Freshness::kFresh};
  const auto head = co_await client->playlist(id, std::nullopt, call);
  if (!head || !head->items || !head->snapshot_id) co_return Status::kAccepted;
  const bool is_whole = head->items->total == static_cast<int>(progress.uris.size());
  if (!is_whole) co_return Status::kAccepted;
  if (progress.snapshot && *progress.snapshot == head->snapshot_id->text()) co_return Status::kVerified;
  const bool is_shown = co_await shows(services, context, client, id, std::move(progress.uris));
  co_return is_shown ? Status::kVerified : Status::kAccepted;
}

}  // namespace tools
