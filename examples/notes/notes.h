// A server to learn from: notes that live as long as the program. docs/guide/write-an-mcp-server.md goes through it
// piece by piece.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "mcp/server.h"

namespace notes {

using Notes = std::map<std::string, std::string, std::less<>>;

enum class Access { kReadWrite, kReadOnly };

// Declares everything on the server. The notes must outlive it.
void offer(mcp::Server& server, Notes& notes, Access access);

}  // namespace notes
