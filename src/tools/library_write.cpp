#include "tools/library_write.h"

#include <fmt/format.h>
#include <utility>

#include "spotify/errors.h"

namespace tools {
namespace {

bool may_have_arrived(const base::Error& error) { return spotify::cause_of(error) == spotify::Cause::kMayHaveHappened; }

}  // namespace

WriteAnswer dry_answer(size_t asked, const Verb& verb) {
  const size_t requests = (asked + spotify::kLibraryItemsPerRequest - 1) / spotify::kLibraryItemsPerRequest;
  return {.summary = fmt::format("Dry run, nothing was sent. Would {} {} {}{} in {} requests.", verb.would, asked,
                                 verb.what, verb.where, requests),
          .status = Status::kDryRun,
          .asked = static_cast<int64_t>(asked)};
}

base::Result<WriteAnswer> answer_of(base::Result<spotify::LibraryWrite> written, size_t asked, const Verb& verb) {
  WriteAnswer answer{.asked = static_cast<int64_t>(asked)};
  std::optional<base::Error> stopped;
  if (written) {
    answer.done = static_cast<int64_t>(written->items_done);
    stopped = written->stopped;
  } else {
    if (!may_have_arrived(written.error())) return std::unexpected(std::move(written).error());
    stopped = std::move(written).error();
  }
  if (!stopped) {
    answer.summary = fmt::format("{} {} {}{}.", verb.done, asked, verb.what, verb.where);
  } else if (may_have_arrived(*stopped)) {
    answer.status = Status::kAmbiguous;
    answer.summary =
        fmt::format("{} {} of {} {} for certain; no answer came for the next request. Repeating the call is safe.",
                    verb.done, answer.done, asked, verb.what);
  } else {
    answer.status = Status::kPartial;
    answer.summary = fmt::format("{} {} of {} {}. {} Repeating the call is safe.", verb.done, answer.done, asked,
                                 verb.what, stopped->message);
  }
  return answer;
}

}  // namespace tools
