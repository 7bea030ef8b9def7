// What the writes of a playlist answer with.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/tool.h"
#include "schema/fields.h"
#include "spotify/client.h"
#include "tools/answers.h"
#include "tools/services.h"

namespace tools {

struct PlaylistAnswer {
  std::string summary{};
  Status status = Status::kVerified;
  std::optional<std::string> playlist_id{};
  std::optional<std::string> uri{};
  std::optional<std::string> url{};
  std::optional<bool> is_public{};
  std::optional<std::string> snapshot_id{};
  std::optional<std::string> receipt{};

  static constexpr auto fields() {
    using Self = PlaylistAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("status", &Self::status),
        schema::optional("playlist_id", &Self::playlist_id),
        schema::optional("uri", &Self::uri),
        schema::optional("url", &Self::url),
        schema::optional("public", &Self::is_public),
        schema::optional("snapshot_id", &Self::snapshot_id),
        schema::optional("receipt", &Self::receipt),
    };
  }
};

// What became of one request of a long write.
enum class Outcome { kDone, kUnknown, kNotSent };

struct Chunk {
  int64_t from = 0;  // Index into the uris that were passed.
  int64_t count = 0;
  Outcome outcome = Outcome::kDone;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("from", &Chunk::from),
        schema::required("count", &Chunk::count),
        schema::required("outcome", &Chunk::outcome),
    };
  }
};

struct ItemsAnswer {
  std::string summary{};
  Status status = Status::kVerified;
  int64_t done = 0;
  int64_t asked = 0;
  std::optional<std::string> snapshot_id{};
  std::optional<std::string> receipt{};
  // With more than one request.
  std::optional<std::vector<Chunk>> chunks{};

  static constexpr auto fields() {
    using Self = ItemsAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("status", &Self::status),
        schema::required("done", &Self::done),
        schema::required("asked", &Self::asked),
        schema::optional("snapshot_id", &Self::snapshot_id),
        schema::optional("receipt", &Self::receipt),
        schema::optional("chunks", &Self::chunks),
    };
  }
};

// The error of a first request as an answer, when its outcome is unknown; nothing when it is simply an error.
bool may_have_happened(const base::Error& error);

// Where the playlist stands, for a dry run and for a check of its snapshot.
struct Standing {
  std::string spoken;  // Its name in quotation marks, or its URI.
  std::string snapshot_id;
  // How many items it has; nothing where Spotify does not say.
  std::optional<int64_t> total{};
  // The snapshot that the caller named is not the current one.
  bool is_stale = false;
};
base::Task<base::Result<Standing>> standing_of(const Services& services, mcp::CallContext& context,
                                               std::shared_ptr<spotify::Client> client, spotify::PlaylistId id,
                                               std::optional<spotify::SnapshotId> expected);

inline constexpr std::string_view kStaleAdvice =
    "Nothing was changed: the playlist has changed since that snapshot. Read it again with get_playlist and repeat the "
    "call with its new snapshot_id.";

mcp::ToolInfo playlist_write(std::string name, std::string title, std::string description, mcp::Effect effect,
                             mcp::Repeat repeat);

// The tools that change what is in a playlist.
std::vector<mcp::Tool> playlist_item_tools(const Services& services);

}  // namespace tools

template <>
struct schema::EnumNames<tools::Outcome> {
  static constexpr std::array kNames{
      std::pair{tools::Outcome::kDone, std::string_view("done")},
      std::pair{tools::Outcome::kUnknown, std::string_view("unknown")},
      std::pair{tools::Outcome::kNotSent, std::string_view("not_done")},
  };
};
