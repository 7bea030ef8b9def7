// The toolset "queue". Spotify can show and lengthen the queue, but not shorten or reorder it.
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spotify/errors.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/make.h"
#include "tools/player.h"
#include "tools/present.h"

namespace tools {
namespace {

struct QueueAnswer {
  std::optional<Item> currently_playing{};
  std::vector<Item> items{};
  int64_t returned = 0;
  int64_t skipped = 0;
  std::optional<std::string> incomplete{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::optional("currently_playing", &QueueAnswer::currently_playing),
        schema::required("items", &QueueAnswer::items),
        schema::required("returned", &QueueAnswer::returned),
        schema::required("skipped", &QueueAnswer::skipped),
        schema::optional("incomplete", &QueueAnswer::incomplete),
    };
  }
};

// Drops what goes beyond the budget of an answer, and says how much of the queue there is. There is no cursor into a
// queue: it moves with what plays.
void cut(QueueAnswer& answer, size_t found, size_t bytes_max) {
  const auto disclose = [&] {
    answer.returned = static_cast<int64_t>(answer.items.size());
    if (answer.items.size() + static_cast<size_t>(answer.skipped) >= found) return;
    answer.incomplete = fmt::format("The first {} of {} entries; more do not fit.", answer.items.size(), found);
  };
  disclose();
  while (answer.items.size() > 1 && wire_cost(schema::to_json(answer)) > bytes_max) {
    answer.items.pop_back();
    disclose();
  }
}

base::Task<base::Result<QueueAnswer>> get_queue(const Services& services, mcp::CallContext& context, schema::Empty) {
  // Spotify shows about 20 entries; more would be of no use.
  constexpr size_t kShownMax = 25;
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto queue, co_await client->queue(call_of(context)));
  const Presenter presenter(services);
  QueueAnswer answer;
  if (queue.currently_playing) answer.currently_playing = presenter.item(*queue.currently_playing);
  answer.skipped = queue.queue.skipped;
  for (const auto& entry : queue.queue) {
    if (answer.items.size() == kShownMax) break;
    if (auto item = presenter.item(entry)) {
      answer.items.push_back(*std::move(item));
    } else {
      ++answer.skipped;
    }
  }
  cut(answer, queue.queue.size() + static_cast<size_t>(queue.queue.skipped), services.options.answer_bytes_max);
  co_return answer;
}

struct AddArguments {
  spotify::PlayableUri uri;
  std::optional<spotify::DeviceId> device_id;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("uri", &AddArguments::uri, "Track or episode."),
        schema::optional("device_id", &AddArguments::device_id, kAboutDevice),
        schema::defaulted("dry_run", &AddArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<PlayerAnswer>> add_to_queue(const Services& services, mcp::CallContext& context,
                                                    AddArguments arguments) {
  if (arguments.dry_run) co_return dry_run_of(fmt::format("Would add {} to the queue.", arguments.uri.text()));
  const auto client = services.client_for(context.principal());
  auto outcome = co_await client->add_to_queue(arguments.uri, arguments.device_id, call_of(context));
  PlayerAnswer answer{
      .summary = "Added to the end of the queue.", .status = Status::kAccepted, .item_uri = arguments.uri.text()};
  if (arguments.device_id) answer.device_id = arguments.device_id->text();
  constexpr std::string_view kWhy = "Spotify cannot take an item out of the queue; it can be skipped when it comes.";
  if (outcome) {
    answer.receipt = co_await keep_final(services, context, "add_to_queue", std::string(kWhy));
    co_return answer;
  }
  if (spotify::cause_of(outcome.error()) == spotify::Cause::kMayHaveHappened) {
    answer.status = Status::kAmbiguous;
    answer.summary = "No answer came, so the item may or may not be in the queue. Look at it before repeating this.";
    answer.receipt = co_await keep_final(services, context, "add_to_queue", std::string(kWhy));
    co_return answer;
  }
  co_return std::unexpected(
      co_await with_devices(services, context, client, std::move(outcome).error(), arguments.device_id));
}

}  // namespace

std::vector<mcp::Tool> queue_tools(const Services& services) {
  return {
      make(services,
           {.name = "get_queue",
            .title = "Queue",
            .description = "What plays now and next (about 20 items).",
            .effect = mcp::Effect::kRead,
            .toolset = "queue",
            .scopes = {"user-read-currently-playing", "user-read-playback-state"}},
           &get_queue),
      make(services,
           {.name = "add_to_queue",
            .title = "Add to queue",
            .description = "Adds a track or episode to the queue. Spotify cannot remove it again.",
            .effect = mcp::Effect::kWrite,
            .repeat = mcp::Repeat::kAccumulates,
            .toolset = "queue",
            .scopes = {"user-modify-playback-state"}},
           &add_to_queue),
  };
}

}  // namespace tools
