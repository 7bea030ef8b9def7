// version: which program and which protocol revisions this is.
#include <ostream>

#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/version.h"
#include "json/write.h"
#include "mcp/version.h"

namespace app::commands {
namespace {

base::Result<int> run(const Command&, const Arguments& arguments, Io& io) {
  if (!arguments.has("--json")) {
    io.out << fmt::format("{} {}\n", kProgram, version());
    return 0;
  }
  json::Array revisions;
  for (const mcp::Revision revision : mcp::kAllRevisions) revisions.emplace_back(mcp::revision_name(revision));
  io.out << json::write_pretty(json::Object{{"name", kProgram},
                                            {"title", kTitle},
                                            {"version", version()},
                                            {"protocol_versions", std::move(revisions)}});
  return 0;
}

}  // namespace

Command version_command() {
  return {.name = "version",
          .about = "Print the version.",
          .options = {json_option()},
          .master_key = MasterKey::kNotNeeded,
          .run = run};
}

}  // namespace app::commands
