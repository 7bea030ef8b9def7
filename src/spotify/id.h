// Names of things on Spotify: ids, URIs and links, parsed once at the edge, so that a malformed one costs no request.
// Each is a schema text type: parse() completes the sentence "<field> ...", text() is the canonical form.
//
// A thing is named in three ways: the bare id of 22 letters and digits, the URI spotify:<kind>:<id>, and the link
// https://open.spotify.com/<kind>/<id>?si=... All three are read everywhere; what is sent is always the canonical one.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "json/value.h"

namespace spotify {

enum class Kind {
  kTrack,
  kAlbum,
  kArtist,
  kPlaylist,
  kShow,
  kEpisode,
  kAudiobook,
  kChapter,
  kUser,
  kLocal,       // A file on somebody's disk: spotify:local:artist:album:title:seconds.
  kCollection,  // Somebody's Liked Songs: spotify:user:<id>:collection.
};
// "track", "album", ...; "local file" and "collection".
std::string_view kind_name(Kind kind);

inline constexpr size_t kIdLength = 22;
using IdText = std::array<char, kIdLength>;

// What a URI or a link names. `id` is bare: 22 characters, a user's id (decoded), for kCollection the id of its user,
// for kLocal the whole URI.
struct Reference {
  Kind kind = Kind::kTrack;
  std::string id;

  bool operator==(const Reference&) const = default;
};
// Reads URIs and links of every kind, never a bare id. The error completes "<field> ...".
base::Result<Reference> parse_reference(std::string_view text);

namespace detail {
base::Result<IdText> parse_id(Kind kind, std::string_view text);
json::Object id_constraints();
std::string uri_of(Kind kind, std::string_view id);
std::string url_of(Kind kind, std::string_view id);
}  // namespace detail

// The id of one kind of thing. An audiobook is a show and a chapter an episode to Spotify, under the same id, so
// their ids read both spellings. A default-constructed id is empty and may only be assigned to.
template <Kind kKind>
class Id {
 public:
  static constexpr Kind kind = kKind;

  Id() = default;
  static base::Result<Id> parse(std::string_view text) {
    TRY(const IdText parsed, detail::parse_id(kKind, text));
    Id id;
    id.text_ = parsed;
    return id;
  }
  static json::Object constraints() { return detail::id_constraints(); }

  std::string_view text() const { return {text_.data(), empty() ? 0 : kIdLength}; }
  bool empty() const { return text_.front() == '\0'; }
  std::string uri() const { return detail::uri_of(kKind, text()); }
  std::string url() const { return detail::url_of(kKind, text()); }
  auto operator<=>(const Id&) const = default;

 private:
  IdText text_{};
};

using TrackId = Id<Kind::kTrack>;
using AlbumId = Id<Kind::kAlbum>;
using ArtistId = Id<Kind::kArtist>;
using PlaylistId = Id<Kind::kPlaylist>;
using ShowId = Id<Kind::kShow>;
using EpisodeId = Id<Kind::kEpisode>;
using AudiobookId = Id<Kind::kAudiobook>;
using ChapterId = Id<Kind::kChapter>;

// A user's id is whatever Spotify gave: digits, letters, dots, non-ASCII. Also reads spotify:user:<id> and the link.
class UserId {
 public:
  UserId() = default;
  static base::Result<UserId> parse(std::string_view text);
  static json::Object constraints();

  const std::string& text() const { return text_; }
  std::string uri() const { return detail::uri_of(Kind::kUser, text_); }
  std::string url() const { return detail::url_of(Kind::kUser, text_); }
  auto operator<=>(const UserId&) const = default;

 private:
  std::string text_;
};

// Anything that has a URI. A bare id is refused, because it does not say of what kind it is.
class Uri {
 public:
  Uri() = default;
  static base::Result<Uri> parse(std::string_view text);
  static json::Object constraints();
  template <Kind kKind>
  explicit Uri(const Id<kKind>& id) : kind_(kKind), id_(id.text()), text_(id.uri()) {}
  explicit Uri(const UserId& id) : kind_(Kind::kUser), id_(id.text()), text_(id.uri()) {}
  // The Liked Songs of a user, as a context to play.
  static Uri collection_of(const UserId& user);

  Kind kind() const { return kind_; }
  // Canonical: spotify:<kind>:<id>.
  const std::string& text() const { return text_; }
  // The bare id as Reference::id.
  const std::string& id() const { return id_; }
  // Empty for a local file, which has no link.
  std::string url() const { return detail::url_of(kind_, id_); }
  // The typed id, when it is of that kind.
  template <Kind kKind>
  std::optional<Id<kKind>> as() const {
    auto id = Id<kKind>::parse(text_);
    return id ? std::optional(*id) : std::nullopt;
  }
  auto operator<=>(const Uri&) const = default;

 private:
  friend base::Result<Uri> parse_uri_in(std::string_view text, bool (*accepts)(Kind), std::string_view what,
                                        std::optional<Kind> bare);

  Kind kind_ = Kind::kTrack;
  std::string id_;
  std::string text_;
};

// `bare` is the kind that a bare id is taken for; without one it is refused.
base::Result<Uri> parse_uri_in(std::string_view text, bool (*accepts)(Kind), std::string_view what,
                               std::optional<Kind> bare);

// A URI of some kinds only. `Set` has accepts(Kind), kWhat for the error and kBare as in parse_uri_in.
template <class Set>
class UriIn {
 public:
  UriIn() = default;
  template <Kind kKind>
    requires(Set::accepts(kKind))
  explicit UriIn(const Id<kKind>& id) : uri_(id) {}
  explicit UriIn(const UserId& id)
    requires(Set::accepts(Kind::kUser))
      : uri_(id) {}

  static base::Result<UriIn> parse(std::string_view text) {
    TRY(auto uri, parse_uri_in(text, &Set::accepts, Set::kWhat, Set::kBare));
    UriIn out;
    out.uri_ = std::move(uri);
    return out;
  }
  static json::Object constraints() { return Uri::constraints(); }

  Kind kind() const { return uri_.kind(); }
  const std::string& text() const { return uri_.text(); }
  const std::string& id() const { return uri_.id(); }
  const Uri& uri() const { return uri_; }
  auto operator<=>(const UriIn&) const = default;

 private:
  Uri uri_;
};

struct PlayableKinds {
  static constexpr bool accepts(Kind kind) {
    return kind == Kind::kTrack || kind == Kind::kEpisode || kind == Kind::kChapter;
  }
  static constexpr std::string_view kWhat = "a track or episode URI or link";
  static constexpr std::optional<Kind> kBare = Kind::kTrack;
};
struct ContextKinds {
  static constexpr bool accepts(Kind kind) {
    return kind == Kind::kAlbum || kind == Kind::kArtist || kind == Kind::kPlaylist || kind == Kind::kShow ||
           kind == Kind::kAudiobook || kind == Kind::kCollection;
  }
  static constexpr std::string_view kWhat = "an album, artist, playlist or show URI or link";
  static constexpr std::optional<Kind> kBare = std::nullopt;
};
struct LibraryKinds {
  static constexpr bool accepts(Kind kind) {
    return kind != Kind::kLocal && kind != Kind::kCollection && kind != Kind::kChapter;
  }
  static constexpr std::string_view kWhat =
      "a track, album, episode, show, audiobook, artist, user or playlist URI or link";
  static constexpr std::optional<Kind> kBare = std::nullopt;
};
// What can be queued, put into a playlist and played by itself. A bare id is taken for a track's.
using PlayableUri = UriIn<PlayableKinds>;
// What playback can go through.
using ContextUri = UriIn<ContextKinds>;
// What PUT, DELETE and contains of /me/library take.
using LibraryUri = UriIn<LibraryKinds>;

// Visible ASCII of bounded length that only Spotify understands. `Traits` has kWhat and kLengthMax.
template <class Traits>
class Opaque {
 public:
  Opaque() = default;
  static base::Result<Opaque> parse(std::string_view text);
  static json::Object constraints() {
    return {{"minLength", 1}, {"maxLength", int64_t{Traits::kLengthMax}}};
  }

  const std::string& text() const { return text_; }
  auto operator<=>(const Opaque&) const = default;

 private:
  std::string text_;
};

struct DeviceIdTraits {
  static constexpr std::string_view kWhat = "must be a device id as get_devices shows it, not a name";
  static constexpr size_t kLengthMax = 256;
};
struct SnapshotIdTraits {
  static constexpr std::string_view kWhat = "must be a snapshot id as the playlist shows it";
  static constexpr size_t kLengthMax = 256;
};
// A Spotify Connect device. Not stable: the same speaker can come back under another id.
using DeviceId = Opaque<DeviceIdTraits>;
// One revision of a playlist's content.
using SnapshotId = Opaque<SnapshotIdTraits>;

namespace detail {
bool is_visible_ascii(std::string_view text, size_t length_max);
}  // namespace detail

template <class Traits>
base::Result<Opaque<Traits>> Opaque<Traits>::parse(std::string_view text) {
  if (!detail::is_visible_ascii(text, Traits::kLengthMax)) {
    return base::fail(base::Code::kInvalidArgument, std::string(Traits::kWhat));
  }
  Opaque out;
  out.text_ = std::string(text);
  return out;
}

}  // namespace spotify
