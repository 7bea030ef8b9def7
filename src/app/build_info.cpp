#include "app/build_info.h"

namespace app {
namespace {

__attribute__((used, section(".build_info"))) const char kBuildInfo[] = SMS_BUILD_INFO;

}  // namespace

std::string_view build_info() { return {kBuildInfo, sizeof kBuildInfo - 1}; }

std::string_view build_value(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const std::string_view part = info.substr(0, info.find('|'));
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) return part.substr(name.size() + 1);
    info.remove_prefix(part.size() < info.size() ? part.size() + 1 : info.size());
  }
  return {};
}

}  // namespace app
