#include "app/commands/backup_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"
#include "os/append_file.h"
#include "os/files.h"

namespace app::commands {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kMagic = "SMBK1\n";
constexpr size_t kPieceBytes = size_t{1} << 20U;
constexpr size_t kBoxBytesMax = kPieceBytes + crypto::Aes256Gcm::kOverheadBytes;
constexpr size_t kHeadBytesMax = config::kSealedBytesMax;
constexpr size_t kEntriesMax = 1'000;
constexpr size_t kLengthBytes = 4;

std::unexpected<base::Error> changed(const std::string& path) {
  return fail(Code::kForbidden, fmt::format("{} was changed or cut. Take another backup.", path));
}
std::unexpected<base::Error> no_backup(const std::string& path) {
  return fail(Code::kInvalidArgument, fmt::format("{} is no backup of this program.", path));
}

// What a piece belongs to: its number, and whether it is the last one.
std::string place_of(uint64_t number, bool last) { return fmt::format("smbk1/{}/{}", number, last ? "last" : "more"); }

std::string length_of(size_t bytes) {
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>(bytes >> shift & 0xFFU);
  return text;
}

json::Object as_json(const BackupHead& head, const crypto::Key& key) {
  json::Array entries;
  for (const BackupEntry& entry : head.entries) {
    entries.emplace_back(
        json::Object{{"name", entry.name}, {"bytes", static_cast<int64_t>(entry.bytes)}, {"sha256", entry.sha256}});
  }
  return {{"backup", 1},
          {"number", head.number},
          {"created", head.created},
          {"program", head.program},
          {"checkpoint", head.checkpoint},
          {"key", key.to_base64().reveal()},
          {"entries", std::move(entries)}};
}

// Hands out the content of the sources as one stream, in pieces of one length; the last may be shorter.
class Pieces {
 public:
  explicit Pieces(const std::vector<BackupSource>& sources) : sources_(sources) {}

  // Empty at the end.
  base::Result<std::string> next() {
    std::string piece;
    while (piece.size() < kPieceBytes && at_ < sources_.size()) {
      TRY(const std::string more, os::read_at(sources_[at_].path, offset_, kPieceBytes - piece.size()));
      offset_ += more.size();
      piece += more;
      if (more.empty()) {
        ++at_;
        offset_ = 0;
      }
    }
    return piece;
  }

 private:
  const std::vector<BackupSource>& sources_;
  size_t at_ = 0;
  uint64_t offset_ = 0;
};

base::Result<BackupEntry> measure(const BackupSource& source) {
  crypto::Sha256 digest;
  BackupEntry entry{.name = source.name, .sha256 = ""};
  for (;;) {
    TRY(const std::string piece, os::read_at(source.path, entry.bytes, kPieceBytes));
    if (piece.empty()) break;
    entry.bytes += piece.size();
    digest.update(piece);
  }
  entry.sha256 = crypto::to_hex(digest.finish());
  return entry;
}

base::Result<void> write_pieces(os::AppendFile& file, const std::vector<BackupSource>& sources, crypto::Key key,
                                base::Random& random) {
  const crypto::Aes256Gcm box(std::move(key));
  Pieces pieces(sources);
  TRY(std::string piece, pieces.next());
  for (uint64_t number = 0;; ++number) {
    TRY(std::string following, pieces.next());
    const bool last = following.empty();
    const std::string sealed = box.seal(random, place_of(number, last), piece);
    TRY_VOID(file.append(length_of(sealed.size()) + sealed));
    if (last) return {};
    piece = std::move(following);
  }
}

// A backup that is read: its head, and where its pieces begin.
struct OpenBackup {
  BackupHead head;
  crypto::Key key;
  uint64_t offset = 0;
};

// Names come from the sealed head, which only a holder of the key can write; a name that leaves its folder is refused
// all the same.
bool is_good_name(std::string_view name) {
  if (name == "config") return true;
  constexpr std::string_view kData = "data/";
  if (!name.starts_with(kData)) return false;
  const std::string_view rest = name.substr(kData.size());
  return !rest.empty() && !rest.contains('/') && rest != "." && rest != "..";
}

base::Result<OpenBackup> open_backup(const std::string& path, const config::MasterSecret& master) {
  TRY(const std::string start, os::read_at(path, 0, kMagic.size() + kHeadBytesMax));
  if (!start.starts_with(kMagic)) return no_backup(path);
  // The sealed head is two lines.
  const size_t first = start.find('\n', kMagic.size());
  const size_t second = first == std::string::npos ? first : start.find('\n', first + 1);
  if (second == std::string::npos) return no_backup(path);
  const size_t end = second + 1;
  auto opened = config::open(master, std::string_view(start).substr(kMagic.size(), end - kMagic.size()));
  if (!opened) {
    base::Error error = std::move(opened).error();
    error.message = fmt::format("{}: {}", path, error.message);
    return std::unexpected(std::move(error));
  }
  const auto parsed = json::parse(opened->text.reveal(), {});
  const json::Value* entries = parsed ? parsed->find("entries") : nullptr;
  const json::Value* number = parsed ? parsed->find("number") : nullptr;
  if (entries == nullptr || !entries->is_array() || entries->array().size() > kEntriesMax || number == nullptr ||
      !number->is_integer()) {
    return no_backup(path);
  }
  auto key = crypto::Key::from_base64(base::Secret(std::string(parsed->text_or_empty("key"))));
  if (!key) return no_backup(path);
  OpenBackup backup{.head = {}, .key = *std::move(key), .offset = end};
  backup.head = {.number = number->integer(),
                 .created = std::string(parsed->text_or_empty("created")),
                 .program = std::string(parsed->text_or_empty("program")),
                 .checkpoint = std::string(parsed->text_or_empty("checkpoint")),
                 .entries = {}};
  for (const json::Value& entry : entries->array()) {
    const json::Value* bytes = entry.find("bytes");
    if (bytes == nullptr || !bytes->is_integer() || bytes->integer() < 0 ||
        !is_good_name(entry.text_or_empty("name"))) {
      return no_backup(path);
    }
    backup.head.entries.push_back({.name = std::string(entry.text_or_empty("name")),
                                   .bytes = static_cast<uint64_t>(bytes->integer()),
                                   .sha256 = std::string(entry.text_or_empty("sha256"))});
  }
  return backup;
}

// Gives the pieces of a backup back, one after the other.
class PieceReader {
 public:
  PieceReader(std::string path, crypto::Key key, uint64_t offset)
      : path_(std::move(path)), box_(std::move(key)), offset_(offset) {}

  // Empty after the last.
  base::Result<std::string> next() {
    if (ended_) return std::string();
    TRY(const std::string length, os::read_at(path_, offset_, kLengthBytes));
    if (length.size() != kLengthBytes) return changed(path_);
    size_t bytes = 0;
    for (const char c : length) bytes = bytes << 8U | static_cast<unsigned char>(c);
    if (bytes > kBoxBytesMax) return changed(path_);
    TRY(const std::string sealed, os::read_at(path_, offset_ + kLengthBytes, bytes));
    if (sealed.size() != bytes) return changed(path_);
    offset_ += kLengthBytes + bytes;
    TRY(const uint64_t size, os::size_of_file(path_));
    ended_ = offset_ >= size;
    auto piece = box_.open(place_of(number_++, ended_), sealed);
    if (!piece) return changed(path_);
    return piece;
  }

 private:
  std::string path_;
  crypto::Aes256Gcm box_;
  uint64_t offset_;
  uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace

base::Result<BackupHead> write_backup(const std::string& output, BackupHead head,
                                      const std::vector<BackupSource>& sources, const config::MasterSecret& master,
                                      config::Deployment environment, base::Wall now, base::Random& random) {
  if (os::exists(output)) return fail(Code::kConflict, fmt::format("{} exists already. Name another file.", output));
  for (const BackupSource& source : sources) {
    TRY(BackupEntry entry, measure(source));
    head.entries.push_back(std::move(entry));
  }
  const crypto::Key key = crypto::Key::generate(random);
  const base::Secret text(json::write(as_json(head, key)));
  const config::SealedAs as{.environment = environment, .generation = head.number, .created = now};
  TRY(const std::string sealed, config::seal(master, as, text.reveal(), random));
  const std::string part = output + ".part";
  TRY_VOID(os::remove_file(part));
  const auto written = [&]() -> base::Result<void> {
    TRY(os::AppendFile file, os::AppendFile::open(part));
    TRY_VOID(file.append(std::string(kMagic) + sealed));
    return write_pieces(file, sources, key.clone(), random);
  }();
  if (!written) {
    static_cast<void>(os::remove_file(part));
    return std::unexpected(written.error());
  }
  TRY_VOID(os::move_file(part, output));
  return head;
}

base::Result<BackupHead> read_backup_head(const std::string& path, const config::MasterSecret& master) {
  TRY(OpenBackup backup, open_backup(path, master));
  return std::move(backup.head);
}

base::Result<BackupHead> extract_backup(const std::string& path, const config::MasterSecret& master,
                                        const std::string& folder) {
  TRY(OpenBackup backup, open_backup(path, master));
  PieceReader reader(path, std::move(backup.key), backup.offset);
  std::string rest;
  for (const BackupEntry& entry : backup.head.entries) {
    const std::string target = folder + "/" + entry.name;
    TRY_VOID(os::make_private_directory(std::filesystem::path(target).parent_path().string()));
    TRY(os::AppendFile file, os::AppendFile::open(target));
    crypto::Sha256 digest;
    for (uint64_t left = entry.bytes; left > 0;) {
      if (rest.empty()) {
        TRY(rest, reader.next());
      }
      if (rest.empty()) return changed(path);
      const std::string piece = rest.substr(0, static_cast<size_t>(std::min<uint64_t>(left, rest.size())));
      rest.erase(0, piece.size());
      left -= piece.size();
      digest.update(piece);
      TRY_VOID(file.append(piece));
    }
    if (crypto::to_hex(digest.finish()) != entry.sha256) return changed(path);
  }
  TRY(const std::string beyond, reader.next());
  if (!rest.empty() || !beyond.empty()) return changed(path);
  return std::move(backup.head);
}

}  // namespace app::commands
