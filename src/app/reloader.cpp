#include "app/reloader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "app/config_privacy.h"
#include "app/sealed_config.h"
#include "json/write.h"
#include "os/files.h"

namespace app {
namespace {

// Equal texts for equal settings; the trail has their digest.
std::string text_of(const config::Flat& flat) {
  json::Object all;
  for (const auto& [name, value] : flat) all.append(name, value);
  return json::write(std::move(all));
}

// Whatever was found, the settings that are in force stay; `file` may be empty.
base::Error refused(base::Error error, const std::string& file) {
  if (error.code != base::Code::kForbidden && error.code != base::Code::kNotFound) return error;
  if (!file.empty() && os::exists(file)) {
    const auto readable = os::read_file(file, config::kSealedBytesMax);
    if (!readable && readable.error().code == base::Code::kForbidden) {
      error.message +=
          " The file was replaced, as editors do; this server may read only the old one: restart it, or keep the file "
          "in a folder of its own.";
    }
  }
  error.code = base::Code::kInvalidArgument;
  return error;
}

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

Reloader::Reloader(Services services, Start start, const config::Settings& started, Taking taking)
    : services_(services), start_(std::move(start)), taking_(std::move(taking)), in_force_(config::flatten(started)) {}

base::Task<base::Result<Reloader::Done>> Reloader::reload() {
  auto work = [start = start_, &environment = services_.environment]() -> base::Result<config::Loaded> {
    auto read = load_settings(start.request, environment);
    if (!read) {
      const std::string file = find_config_file(start.request.config_file, environment);
      return std::unexpected(refused(std::move(read).error(), file));
    }
    config::Loaded loaded = *std::move(read);
    TRY_VOID(config::check_listener(loaded.settings));
    TRY_VOID(config::check_profile(loaded.settings, start.debugging));
    TRY_VOID(check_config_privacy(find_config_file(start.request.config_file, environment)));
    TRY_VOID(accept_generation(loaded, start.request.rollback));
    return loaded;
  };
  auto loading = base::run_on(services_.loop, services_.worker, std::move(work));
  auto loaded = co_await std::move(loading);
  base::Result<Done> done = loaded ? base::Result<Done>() : std::unexpected(loaded.error());
  if (loaded) {
    auto taking = take_over(*std::move(loaded));
    done = co_await std::move(taking);
  }
  if (done) {
    services_.log.event(base::Level::kInfo, "config.reloaded",
                        {{"applied", joined(done->applied)}, {"at_next_start", joined(done->waiting)}});
    co_return done;
  }
  services_.log.event(base::Level::kError, "config.not_reloaded",
                      {{"why", done.error().message}, {"detail", done.error().detail}});
  services_.trail.note({.event = audit::Event::kConfigReloaded,
                        .source = "local",
                        .status = std::string(base::code_name(done.error().code)),
                        .reason = "the settings of before stay in force"});
  co_return done;
}

base::Task<base::Result<Reloader::Done>> Reloader::take_over(config::Loaded loaded) {
  if (taking_.check) CO_TRY_VOID(taking_.check(loaded.settings));
  const config::Flat fresh = config::flatten(loaded.settings);
  config::Difference difference = config::compare(in_force_, fresh);
  config::Flat next = in_force_;
  for (const std::string& name : difference.live) next.insert_or_assign(name, fresh.find(name)->second);
  audit::Entry entry{.event = audit::Event::kConfigReloaded,
                     .source = "local",
                     .request = {{"before", audit::Hidden{text_of(in_force_)}},
                                 {"after", audit::Hidden{text_of(next)}},
                                 {"applied", static_cast<int64_t>(difference.live.size())},
                                 {"waiting", static_cast<int64_t>(difference.at_start.size())}},
                     .status = "ok"};
  auto recording = services_.trail.record(std::move(entry));
  CO_TRY_VOID(co_await std::move(recording));
  // From here on without a pause, so that no request sees the half of it.
  taking_.apply(loaded.settings);
  // Another reload may have come between.
  for (const std::string& name : difference.live) in_force_.insert_or_assign(name, fresh.find(name)->second);
  co_return Done{.applied = std::move(difference.live), .waiting = std::move(difference.at_start)};
}

}  // namespace app
