#include "app/commands/waivers.h"

#include <fmt/format.h>
#include <utility>

#include "os/files.h"

namespace app::commands {
namespace {

constexpr size_t kWaiversBytesMax = size_t{1} << 20;

}  // namespace

base::Result<std::vector<checks::Waiver>> waivers_of(const Arguments& arguments, base::Wall now) {
  if (!arguments.has("--waivers")) return std::vector<checks::Waiver>();
  const std::string path = arguments.text("--waivers");
  TRY(const std::string text, os::read_file(path, kWaiversBytesMax));
  auto waivers = checks::read_waivers(text, now);
  if (waivers) return waivers;
  base::Error problem = std::move(waivers).error();
  problem.message = fmt::format("{}: {}", path, problem.message);
  return std::unexpected(std::move(problem));
}

}  // namespace app::commands
