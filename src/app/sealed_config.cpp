#include "app/sealed_config.h"

#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "app/master_key.h"
#include "json/parse.h"
#include "json/write.h"
#include "os/files.h"

namespace app {
namespace {

constexpr size_t kGenerationsBytesMax = 4096;
constexpr std::chrono::milliseconds kPatience{5000};

std::string path_in(const std::string& storage_directory) { return storage_directory + "/" + kGenerationsFile; }

base::Result<json::Value> read_generations(const std::string& storage_directory) {
  const std::string path = path_in(storage_directory);
  if (!os::exists(path)) return json::Value(json::Object());
  TRY(const std::string text, os::read_private_file(path, kGenerationsBytesMax));
  auto parsed = json::parse(text, {.bytes_max = kGenerationsBytesMax, .depth_max = 2, .values_max = 16});
  if (parsed && parsed->is_object()) return *std::move(parsed);
  return base::fail(base::Code::kUnavailable,
                    fmt::format("{} is damaged. Restore it from a backup, or remove it; the next sealed configuration "
                                "is then accepted, however old it is.",
                                path));
}

int64_t generation_of(const json::Value& generations, config::Deployment environment) {
  const json::Value* value = generations.find(schema::enum_name(environment));
  return value != nullptr && value->is_integer() ? value->integer() : 0;
}

base::Result<void> check_against(int64_t accepted, int64_t generation, const std::string& file) {
  if (generation >= accepted) return {};
  return base::fail(
      base::Code::kConflict,
      fmt::format("{} is generation {} of the configuration, and generation {} was in use here already. Use the newest "
                  "file, or start `serve`, `stdio` or `login` once with --allow-rollback to go back on purpose.",
                  file, generation, accepted));
}

}  // namespace

base::Result<config::Opened> open_sealed(const std::string& file, std::string_view text,
                                         const os::Environment& environment) {
  TRY(const auto master, given_master_key(os::config_directory(environment), environment));
  if (!master) {
    return base::fail(base::Code::kNotFound,
                      fmt::format("{} is sealed, and there is no master key here. Set SPOTIFY_MCP_MASTER_KEY_FILE to "
                                  "the key that it was sealed with.",
                                  file));
  }
  auto opened = config::open(*master, text);
  if (!opened) {
    base::Error error = std::move(opened).error();
    error.message = fmt::format("{}: {}", file, error.message);
    return std::unexpected(std::move(error));
  }
  return opened;
}

base::Result<int64_t> accepted_generation(const std::string& storage_directory, config::Deployment environment) {
  TRY(const json::Value generations, read_generations(storage_directory));
  return generation_of(generations, environment);
}

base::Result<void> check_generation(const std::string& storage_directory, const config::SealedHeader& header,
                                    const std::string& file) {
  TRY(const int64_t accepted, accepted_generation(storage_directory, header.environment));
  return check_against(accepted, header.generation, file);
}

base::Result<void> accept_generation(const config::Loaded& loaded, Rollback rollback) {
  if (!loaded.sealed) return {};
  const std::string& directory = loaded.settings.storage.directory;
  const config::SealedHeader& header = *loaded.sealed;
  TRY(const int64_t before, accepted_generation(directory, header.environment));
  // The usual case: nothing is written, and nobody waits for a lock.
  if (before == header.generation) return {};
  TRY_VOID(os::make_private_directory(directory));
  TRY(const os::FileLock lock, os::FileLock::take(path_in(directory) + ".lock", kPatience));
  TRY(json::Value generations, read_generations(directory));
  if (rollback == Rollback::kRefuse) {
    const int64_t accepted = generation_of(generations, header.environment);
    TRY_VOID(check_against(accepted, header.generation, "This file"));
  }
  generations.object().set(std::string(schema::enum_name(header.environment)), header.generation);
  return os::write_private_file(path_in(directory), json::write(generations) + "\n");
}

}  // namespace app
