// The toolset "curation": playlists kept in order. What is pure of it stands in curation/.
#include "tools/curation.h"

#include <utility>

#include "tools/make.h"

namespace tools {

mcp::ToolInfo curation_read(std::string name, std::string title, std::string description) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = mcp::Effect::kRead,
          .tasks = mcp::Tasks::kOffered,
          .toolset = "curation",
          .scopes = {"playlist-read-private"}};
}

mcp::ToolInfo curation_write(std::string name, std::string title, std::string description, mcp::Effect effect,
                             mcp::Repeat repeat) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = effect,
          .repeat = repeat,
          .tasks = mcp::Tasks::kOffered,
          .toolset = "curation",
          .scopes = {"playlist-read-private", "playlist-modify-public", "playlist-modify-private"}};
}

std::vector<mcp::Tool> curation_tools(const Services& services) {
  std::vector<mcp::Tool> tools;
  for (auto* const make_tools : {&duplicate_tools, &order_tools, &copy_tools, &compare_tools, &keep_tools, &undo_tools,
                                 &export_tools, &import_tools, &cover_tools}) {
    for (mcp::Tool& tool : make_tools(services)) tools.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace tools
