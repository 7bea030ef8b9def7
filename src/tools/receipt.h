// What a change leaves behind so that it can be taken back or carried through: the content before and after, kept in
// the archive before the first request goes out. Snapshots are kept in the same way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "schema/type.h"
#include "spotify/id.h"
#include "tools/services.h"

namespace tools {

inline constexpr std::string_view kReceiptKind = "receipt";
inline constexpr std::string_view kSnapshotKind = "snapshot";

struct Receipt {
  std::string id;
  spotify::PlaylistId playlist;
  std::string tool;
  base::Wall at{};
  // The playlist was made by this change: taking it back is taking it off the list.
  bool is_new = false;
  std::vector<std::string> before{};
  std::vector<std::string> after{};
  std::vector<std::string> left{};  // Where an interrupted change is known to have come; empty otherwise.
};

struct Snapshot {
  std::string id;
  spotify::PlaylistId playlist;
  std::string label{};
  base::Wall at{};
  std::vector<std::string> uris{};
};

using KeptId = schema::Text<1, 40>;

base::Task<base::Result<void>> keep(const Services& services, std::string principal, Receipt receipt);
base::Task<base::Result<void>> keep(const Services& services, std::string principal, Snapshot snapshot);
// The newest one without an id. kNotFound says what there is instead.
base::Task<base::Result<Receipt>> find_receipt(const Services& services, std::string principal,
                                               std::optional<KeptId> id);
// By the id of a snapshot or of a receipt, which stands for the content before its change; without an id the newest
// snapshot of that playlist.
base::Task<base::Result<Snapshot>> find_snapshot(const Services& services, std::string principal,
                                                 spotify::PlaylistId playlist, std::optional<KeptId> id);

// One line for each item, without what all tracks have in common.
std::string pack(const std::vector<std::string>& uris);
std::vector<std::string> unpack(std::string_view packed);

}  // namespace tools
