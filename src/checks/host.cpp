#include "checks/host.h"

#include <utility>

#include "os/files.h"
#include "os/look.h"

namespace checks {
namespace {

constexpr uint32_t kModeBits = 07777;

void add_tree(const Host& host, const FileFact& file, size_t files_max, std::vector<FileFact>& all) {
  all.push_back(file);
  if (!file.is_directory || file.is_link) return;
  for (const std::string& name : host.list(file.path)) {
    if (all.size() >= files_max) return;
    add_tree(host, host.look(file.path + "/" + name), files_max, all);
  }
}

}  // namespace

base::Result<std::string> RealHost::read(const std::string& path, size_t bytes_max) const {
  return os::read_file(path, bytes_max);
}

FileFact RealHost::look(const std::string& path) const {
  const auto status = os::look_at(path);
  if (!status) return {.path = path, .exists = false};
  return {.path = path,
          .exists = true,
          .mode = status->mode & kModeBits,
          .owner = status->owner,
          .is_link = status->is_link,
          .is_directory = status->is_directory,
          .changed = status->changed};
}

std::string RealHost::link(const std::string& path) const { return os::link_target(path); }

std::vector<std::string> RealHost::list(const std::string& path) const {
  auto names = os::list_directory(path);
  return names ? *std::move(names) : std::vector<std::string>();
}

std::optional<Host::Room> RealHost::room(const std::string& path) const {
  const auto room = os::room_of(path);
  if (!room) return std::nullopt;
  return Room{room->free_percent, room->free_inodes_percent};
}

std::optional<bool> RealHost::locks_hold(const std::string& path) const { return os::locks_hold(path); }
std::vector<int64_t> RealHost::lock_holders(const std::string& path) const { return os::lock_holders(path); }
std::optional<bool> RealHost::clock_is_synchronised() const { return os::clock_is_synchronised(); }
uint32_t RealHost::user() const { return os::user_id(); }

std::vector<FileFact> way_to(const Host& host, const std::string& path) {
  std::vector<FileFact> way{host.look(path)};
  std::string folder = path;
  while (folder.size() > 1 && folder.contains('/')) {
    const size_t slash = folder.rfind('/');
    folder = slash == 0 ? "/" : folder.substr(0, slash);
    way.push_back(host.look(folder));
  }
  return way;
}

std::vector<FileFact> tree_of(const Host& host, const std::string& directory, size_t files_max) {
  std::vector<FileFact> all;
  add_tree(host, host.look(directory), files_max, all);
  return all;
}

}  // namespace checks
