// What a change leaves behind so that it can be taken back or carried through: how things were before and after, kept
// in the archive before the first request goes out. Snapshots are kept in the same way.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "json/value.h"
#include "schema/type.h"
#include "spotify/id.h"
#include "tools/services.h"

namespace tools {

inline constexpr std::string_view kReceiptKind = "receipt";
inline constexpr std::string_view kSnapshotKind = "snapshot";

// How a change is taken back.
enum class Way {
  kContent,  // The playlist gets the items `before`.
  kMade,     // The playlist that was made is taken off the list.
  kAdded,    // The items `after` are taken out where they were put: data "position", or the end.
  kMoved,    // The range is moved back: data "start", "before", "length".
  kTaken,    // The items `before` are added at the end: where they stood was not read.
  kDetails,  // The playlist is called as before: data "before", "after".
  kSaved,    // `after` is removed from the library.
  kUnsaved,  // `before` is saved again.
  kPlayer,   // The player is brought back: data "before".
  kNoWay,    // Not at all: data "why".
};

struct Receipt {
  std::string id;
  std::optional<spotify::PlaylistId> playlist{};  // None: it was no playlist that was changed.
  std::string tool;
  base::Wall at{};
  Way way = Way::kContent;
  std::vector<std::string> before{};
  std::vector<std::string> after{};
  std::vector<std::string> left{};  // Where an interrupted change is known to have come; empty otherwise.
  json::Object data{};
};

// The newest receipts of the player that are kept: a volume that was changed all evening does not drive out a
// playlist.
inline constexpr size_t kPlayerReceiptsMax = 20;

struct Snapshot {
  std::string id;
  spotify::PlaylistId playlist;
  std::string label{};
  base::Wall at{};
  std::vector<std::string> uris{};
};

using KeptId = schema::Text<1, 40>;

base::Task<base::Result<void>> keep(const Services& services, std::string principal, Receipt receipt);
// Of a change that did not happen.
base::Task<void> drop(const Services& services, std::string principal, std::string id);
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

template <>
struct schema::EnumNames<tools::Way> {
  static constexpr std::array kNames{
      std::pair{tools::Way::kContent, std::string_view("content")},
      std::pair{tools::Way::kMade, std::string_view("made")},
      std::pair{tools::Way::kAdded, std::string_view("added")},
      std::pair{tools::Way::kMoved, std::string_view("moved")},
      std::pair{tools::Way::kTaken, std::string_view("taken")},
      std::pair{tools::Way::kDetails, std::string_view("details")},
      std::pair{tools::Way::kSaved, std::string_view("saved")},
      std::pair{tools::Way::kUnsaved, std::string_view("unsaved")},
      std::pair{tools::Way::kPlayer, std::string_view("player")},
      std::pair{tools::Way::kNoWay, std::string_view("no_way")},
  };
};
