#include "tools/receipt.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace tools {
namespace {

constexpr std::string_view kTrack = "spotify:track:";
constexpr std::string_view kEpisode = "spotify:episode:";
constexpr size_t kShownMax = 5;
// What a receipt is of that is of no playlist.
constexpr std::string_view kPlayerSubject = "player";
constexpr std::string_view kLibrarySubject = "library";

base::Error damaged() {
  return {base::Code::kInternal, "What was kept cannot be read any more. Take a new snapshot.", "archive content",
          std::nullopt};
}

base::Result<json::Object> read(const store::Kept& kept) {
  auto value = json::parse(kept.content);
  if (!value || !value->is_object()) return std::unexpected(damaged());
  return value->object();
}

std::string text_in(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->is_string() ? value->string() : std::string();
}

std::optional<Way> way_in(const json::Object& object) {
  const std::string name = text_in(object, "way");
  for (const auto& [way, each] : schema::EnumNames<Way>::kNames) {
    if (each == name) return way;
  }
  return std::nullopt;
}

base::Result<Receipt> receipt_of(const store::Kept& kept) {
  TRY(const json::Object object, read(kept));
  const auto way = way_in(object);
  if (!way) return std::unexpected(damaged());
  Receipt receipt{.id = kept.id,
                  .tool = text_in(object, "tool"),
                  .at = kept.at,
                  .way = *way,
                  .before = unpack(text_in(object, "before")),
                  .after = unpack(text_in(object, "after")),
                  .left = unpack(text_in(object, "left"))};
  if (const auto playlist = spotify::PlaylistId::parse(kept.subject)) receipt.playlist = *playlist;
  const bool needs_playlist = receipt.way <= Way::kDetails;
  if (needs_playlist && !receipt.playlist) return std::unexpected(damaged());
  const json::Value* data = object.find("data");
  if (data != nullptr && data->is_object()) receipt.data = data->object();
  return receipt;
}

// "snap_a of 2026-11-24T05:52:00Z, ..." for a sentence.
std::string names_of(const std::vector<store::Kept>& kept) {
  std::string text;
  for (size_t i = 0; i < std::min(kept.size(), kShownMax); ++i) {
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", kept[i].id, base::to_rfc3339(kept[i].at));
  }
  return text;
}

// The oldest receipts of the player go. What cannot be looked at now is thinned out the next time.
base::Task<void> thin_out(const Services& services, std::string principal) {
  store::Archive& archive = services.desk.archive();
  const auto all = co_await archive.list(principal, std::string(kReceiptKind), std::string(kPlayerSubject));
  if (!all) co_return;
  for (size_t i = kPlayerReceiptsMax; i < all->size(); ++i) co_await drop(services, principal, (*all)[i].id);
}

}  // namespace

std::string pack(const std::vector<std::string>& uris) {
  std::string out;
  for (const std::string& uri : uris) {
    if (uri.starts_with(kTrack)) {
      out.append("t").append(uri, kTrack.size());
    } else if (uri.starts_with(kEpisode)) {
      out.append("e").append(uri, kEpisode.size());
    } else {
      out.append("=").append(uri);
    }
    out += '\n';
  }
  return out;
}

std::vector<std::string> unpack(std::string_view packed) {
  std::vector<std::string> uris;
  for (const std::string_view line : base::split(packed, '\n')) {
    if (line.empty()) continue;
    std::string uri;
    if (line.front() == 't') uri = kTrack;
    if (line.front() == 'e') uri = kEpisode;
    uris.push_back(uri.append(line.substr(1)));
  }
  return uris;
}

base::Task<base::Result<void>> keep(const Services& services, std::string principal, Receipt receipt) {
  const json::Object content{{"tool", receipt.tool},           {"way", std::string(schema::enum_name(receipt.way))},
                             {"before", pack(receipt.before)}, {"after", pack(receipt.after)},
                             {"left", pack(receipt.left)},     {"data", receipt.data}};
  const bool is_of_library = receipt.way == Way::kSaved || receipt.way == Way::kUnsaved;
  const bool is_of_player = !receipt.playlist && !is_of_library;
  const std::string_view other = is_of_player ? kPlayerSubject : kLibrarySubject;
  store::Kept kept{.id = receipt.id,
                   .kind = std::string(kReceiptKind),
                   .subject = receipt.playlist ? std::string(receipt.playlist->text()) : std::string(other),
                   .label = receipt.tool,
                   .at = receipt.at,
                   .content = json::write(content)};
  CO_TRY_VOID(co_await services.desk.archive().put(principal, std::move(kept)));
  if (is_of_player) co_await thin_out(services, std::move(principal));
  co_return base::Result<void>();
}

base::Task<void> drop(const Services& services, std::string principal, std::string id) {
  // A receipt too many does no harm.
  static_cast<void>(co_await services.desk.archive().erase(std::move(principal), std::move(id)));
}

base::Task<base::Result<void>> keep(const Services& services, std::string principal, Snapshot snapshot) {
  store::Kept kept{.id = snapshot.id,
                   .kind = std::string(kSnapshotKind),
                   .subject = std::string(snapshot.playlist.text()),
                   .label = snapshot.label,
                   .at = snapshot.at,
                   .content = json::write(json::Object{{"items", pack(snapshot.uris)}})};
  co_return co_await services.desk.archive().put(std::move(principal), std::move(kept));
}

base::Task<base::Result<Receipt>> find_receipt(const Services& services, std::string principal,
                                               std::optional<KeptId> id) {
  store::Archive& archive = services.desk.archive();
  CO_TRY(const auto all, co_await archive.list(principal, std::string(kReceiptKind), {}));
  if (all.empty()) {
    co_return base::fail(base::Code::kNotFound, "There is no change to take back: no receipt is kept.");
  }
  const std::string wanted = id ? id->value() : all.front().id;
  CO_TRY(const auto found, co_await archive.get(principal, wanted));
  if (!found || found->kind != kReceiptKind) {
    co_return base::fail(base::Code::kNotFound,
                         fmt::format("There is no such receipt. The newest: {}.", names_of(all)));
  }
  co_return receipt_of(*found);
}

base::Task<base::Result<Snapshot>> find_snapshot(const Services& services, std::string principal,
                                                 spotify::PlaylistId playlist, std::optional<KeptId> id) {
  store::Archive& archive = services.desk.archive();
  CO_TRY(const auto all, co_await archive.list(principal, std::string(kSnapshotKind), std::string(playlist.text())));
  if (!id && all.empty()) {
    co_return base::fail(base::Code::kNotFound,
                         "No snapshot of this playlist is kept. Take one with snapshot_playlist, or pass a receipt.");
  }
  CO_TRY(const auto found, co_await archive.get(principal, id ? id->value() : all.front().id));
  if (!found || found->subject != playlist.text()) {
    co_return base::fail(base::Code::kNotFound,
                         all.empty() ? "Nothing of that id is kept for this playlist, and no other snapshot either."
                                     : fmt::format("Nothing of that id is kept for this playlist. The newest "
                                                   "snapshots: {}.",
                                                   names_of(all)));
  }
  Snapshot snapshot{.id = found->id, .playlist = playlist, .label = found->label, .at = found->at};
  if (found->kind == kReceiptKind) {
    CO_TRY(auto receipt, receipt_of(*found));
    snapshot.uris = std::move(receipt.before);
  } else {
    CO_TRY(const json::Object object, read(*found));
    snapshot.uris = unpack(text_in(object, "items"));
  }
  co_return snapshot;
}

}  // namespace tools
