#include "tools/remembered.h"

#include <algorithm>
#include <array>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "json/write.h"
#include "tools/arguments.h"

namespace tools {
namespace {

using mcp::ToolResult;
using Next = std::function<base::Task<ToolResult>(json::Value arguments)>;

// Tools whose answer follows from their arguments, the options and what the client reads, and from nothing else: no
// clock, no archive, no login.
constexpr std::array<std::string_view, 16> kPure{
    "get_album_details",
    "get_artist_albums",
    "get_artist_details",
    "get_audiobook",
    "get_audiobook_chapters",
    "get_episode",
    "get_followed_artists",
    "get_me",
    "get_playlists",
    "get_saved_albums",
    "get_saved_tracks",
    "get_show",
    "get_top_items",
    "get_track_details",
    "search",
    "search_tracks",
};

// Longer ones are rare, and would fill the room of many.
constexpr size_t kKeyMax = 2048;

class Memory {
 public:
  Memory(const Services& services, RememberOptions options) : services_(services), options_(std::move(options)) {}

  bool is_for(const mcp::Tool& tool, const mcp::CallContext& context) const {
    return tool.info.tasks == mcp::Tasks::kNever && context.revision() >= mcp::Revision::k2025_06_18 &&
           std::ranges::find(kPure, tool.info.name) != kPure.end();
  }
  base::Task<ToolResult> answer(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next);

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<const spotify::Witness> witness;
    std::shared_ptr<const std::string> written;
  };
  using Answers = std::list<Kept>;

  std::string key_of(const mcp::Tool& tool, const mcp::CallContext& context, const json::Value& arguments) const;
  uint64_t suspicions() const { return options_.suspicions ? options_.suspicions() : 0; }
  static size_t size_of(const Kept& kept) { return kept.key.size() + kept.written->size(); }
  void forget(Answers::iterator at);
  void keep(Kept kept);

  const Services& services_;
  RememberOptions options_;
  Answers answers_;  // Most recently used first.
  std::unordered_map<std::string_view, Answers::iterator> index_;
  size_t bytes_ = 0;
};

// The lengths in front keep one part from reaching into the next.
std::string Memory::key_of(const mcp::Tool& tool, const mcp::CallContext& context, const json::Value& arguments) const {
  std::string key;
  for (const std::string_view part : {std::string_view(context.principal().id), std::string_view(tool.info.name)}) {
    key.append(std::to_string(part.size())).append(1, ':').append(part);
  }
  key += services_.options.privacy == Privacy::kLockdown ? 'l' : 'f';
  json::write_to(key, arguments);
  return key;
}

void Memory::forget(Answers::iterator at) {
  bytes_ -= size_of(*at);
  index_.erase(at->key);
  answers_.erase(at);
}

void Memory::keep(Kept kept) {
  if (const auto found = index_.find(kept.key); found != index_.end()) forget(found->second);
  bytes_ += size_of(kept);
  answers_.push_front(std::move(kept));
  index_.emplace(answers_.front().key, answers_.begin());
  while (answers_.size() > options_.answers_max || bytes_ > options_.bytes_max) forget(std::prev(answers_.end()));
}

base::Task<ToolResult> Memory::answer(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments,
                                      Next next) {
  std::string key = key_of(tool, context, arguments);
  if (key.size() > kKeyMax) co_return co_await next(std::move(arguments));
  const auto client = services_.client_for(context.principal());
  if (const auto found = index_.find(key); found != index_.end()) {
    answers_.splice(answers_.begin(), answers_, found->second);
    const Kept kept = answers_.front();
    if (co_await client->still_holds(kept.witness, call_of(context)))
      co_return ToolResult{.content = {}, .written = kept.written};
  }
  const uint64_t heard = suspicions();
  const auto witness = client->observe();
  ToolResult result = co_await next(std::move(arguments));
  const bool is_whole = client->is_whole(witness) && !witness->reads.empty() && heard == suspicions();
  if (is_whole && !result.is_error && result.structured) {
    keep({std::move(key), witness, std::make_shared<const std::string>(write_members(result))});
  }
  co_return result;
}

}  // namespace

mcp::ToolMiddleware remember_over(const Services& services, RememberOptions options) {
  auto memory = std::make_shared<Memory>(services, std::move(options));
  return [memory](const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next) {
    if (!memory->is_for(tool, context)) return next(std::move(arguments));
    return memory->answer(tool, context, std::move(arguments), std::move(next));
  };
}

}  // namespace tools
