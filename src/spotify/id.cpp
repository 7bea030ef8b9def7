#include "spotify/id.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "http/url.h"

namespace spotify {
namespace {

constexpr size_t kReferenceBytesMax = 1024;
constexpr size_t kUserIdBytesMax = 128;

constexpr std::array<std::pair<Kind, std::string_view>, 8> kWordOfKind{{
    {Kind::kTrack, "track"},
    {Kind::kAlbum, "album"},
    {Kind::kArtist, "artist"},
    {Kind::kPlaylist, "playlist"},
    {Kind::kShow, "show"},
    {Kind::kEpisode, "episode"},
    {Kind::kAudiobook, "audiobook"},
    {Kind::kChapter, "chapter"},
}};

std::optional<Kind> kind_of_word(std::string_view word) {
  for (const auto& [kind, name] : kWordOfKind) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

bool is_base62(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_id(std::string_view text) { return text.size() == kIdLength && std::ranges::all_of(text, is_base62); }
bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

std::unexpected<base::Error> refuse(std::string message) {
  return base::fail(base::Code::kInvalidArgument, std::move(message));
}

std::string_view article(Kind kind) {
  const char first = kind_name(kind).front();
  return first == 'a' || first == 'e' ? "an" : "a";
}

bool is_user_id(std::string_view id) {
  return !id.empty() && id.size() <= kUserIdBytesMax && base::is_valid_utf8(id) && !base::has_control_characters(id);
}

std::optional<std::string> decode_user(std::string_view encoded) {
  auto id = http::percent_decode(encoded);
  if (!id || !is_user_id(*id)) return std::nullopt;
  return id;
}

std::optional<Reference> plain_reference(std::string_view word, std::string_view id) {
  const auto kind = kind_of_word(word);
  if (!kind || !is_id(id)) return std::nullopt;
  return Reference{*kind, std::string(id)};
}

// What stands in the words of a local file's URI, which are percent-encoded. Nothing there can pass for a link or for
// markup when the URI is shown.
bool is_local_character(char c) { return is_base62(c) || std::string_view("%+-_.~!*'(),;@&=$:").contains(c); }

// spotify:local:artist:album:title:seconds, where the first three may be empty.
std::optional<Reference> local_reference(const std::vector<std::string_view>& parts, std::string_view whole) {
  if (parts.size() != 6 || !std::ranges::all_of(whole, is_local_character)) return std::nullopt;
  const auto seconds = base::parse_integer(parts[5]);
  if (!seconds || *seconds < 0) return std::nullopt;
  return Reference{Kind::kLocal, std::string(whole)};
}

std::optional<Reference> user_reference(std::string_view encoded_user, std::string_view word, std::string_view id) {
  auto user = decode_user(encoded_user);
  if (!user) return std::nullopt;
  if (word.empty() && id.empty()) return Reference{Kind::kUser, *std::move(user)};
  if (word == "collection" && id.empty()) return Reference{Kind::kCollection, *std::move(user)};
  // Playlists were named under their owner once; such URIs still stand in old notes.
  if (word == "playlist" && is_id(id)) return Reference{Kind::kPlaylist, std::string(id)};
  return std::nullopt;
}

std::optional<Reference> from_uri(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() < 3) return std::nullopt;
  if (parts[1] == "local") return local_reference(parts, text);
  if (parts[1] == "user") {
    if (parts.size() == 3) return user_reference(parts[2], "", "");
    if (parts.size() == 4 && !parts[3].empty()) return user_reference(parts[2], parts[3], "");
    if (parts.size() == 5) return user_reference(parts[2], parts[3], parts[4]);
    return std::nullopt;
  }
  return parts.size() == 3 ? plain_reference(parts[1], parts[2]) : std::nullopt;
}

// The path of a link after the host, such as "/intl-de/track/<id>".
std::optional<Reference> from_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  auto parts = base::split(path, '/');
  const auto is_locale = [](std::string_view part) {
    return part.starts_with("intl-") && part.size() >= 7 && part.size() <= 10;
  };
  if (is_locale(parts.front())) parts.erase(parts.begin());
  if (!parts.empty() && parts.front() == "embed") parts.erase(parts.begin());
  if (parts.size() == 2 && parts[0] == "user") return user_reference(parts[1], "", "");
  if (parts.size() == 4 && parts[0] == "user") return user_reference(parts[1], parts[2], parts[3]);
  return parts.size() == 2 ? plain_reference(parts[0], parts[1]) : std::nullopt;
}

// The text after the scheme and the host, when this is a link to the web player.
std::optional<std::string_view> path_of_link(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!base::equals_ignoring_case(text.substr(0, scheme.size()), scheme)) continue;
    text.remove_prefix(scheme.size());
    constexpr std::string_view kHost = "open.spotify.com";
    if (!base::equals_ignoring_case(text.substr(0, kHost.size()), kHost)) return std::nullopt;
    text.remove_prefix(kHost.size());
    return text.substr(0, text.find_first_of("?#"));
  }
  return std::nullopt;
}

bool is_short_link(std::string_view text) {
  return text.starts_with("https://spotify.link/") || text.starts_with("https://spotify.app.link/");
}

// Which kinds the id of `wanted` may be spelled as.
bool same_id_space(Kind wanted, Kind given) {
  if (wanted == given) return true;
  if (wanted == Kind::kAudiobook) return given == Kind::kShow;
  if (wanted == Kind::kChapter) return given == Kind::kEpisode;
  return false;
}

constexpr std::string_view kShortLink = "is a short link, which cannot be read; open it and copy the full link";

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kUser:
      return "user";
    case Kind::kLocal:
      return "local file";
    case Kind::kCollection:
      return "collection";
    default:
      for (const auto& [each, name] : kWordOfKind) {
        if (each == kind) return name;
      }
  }
  return "";
}

base::Result<Reference> parse_reference(std::string_view text) {
  if (is_short_link(text)) return refuse(std::string(kShortLink));
  std::optional<Reference> reference;
  if (text.size() <= kReferenceBytesMax) {
    if (text.starts_with("spotify:")) {
      reference = from_uri(text);
    } else if (const auto path = path_of_link(text)) {
      reference = from_path(*path);
    }
  }
  if (!reference) return refuse("must be a Spotify URI such as spotify:track:<id>, or a link to open.spotify.com");
  return *std::move(reference);
}

namespace detail {

base::Result<IdText> parse_id(Kind kind, std::string_view text) {
  std::string bare(text);
  if (!is_id(text)) {
    const std::string wanted = fmt::format("must be {} {} id, URI or link", article(kind), kind_name(kind));
    if (is_short_link(text)) return refuse(std::string(kShortLink));
    auto reference = parse_reference(text);
    if (!reference) {
      const bool like_an_id = !text.empty() && std::ranges::all_of(text, is_base62);
      return refuse(like_an_id ? fmt::format("{}; an id has 22 letters and digits, this has {}", wanted, text.size())
                               : wanted);
    }
    if (!same_id_space(kind, reference->kind)) {
      return refuse(fmt::format("{}; this is {} {}", wanted, article(reference->kind), kind_name(reference->kind)));
    }
    bare = std::move(reference->id);
  }
  IdText out{};
  std::ranges::copy(bare, out.begin());
  return out;
}

json::Object id_constraints() {
  // The pattern says how short it may be.
  return {{"maxLength", static_cast<int64_t>(kReferenceBytesMax)}, {"pattern", "[0-9A-Za-z]{22}"}};
}

std::string uri_of(Kind kind, std::string_view id) {
  switch (kind) {
    case Kind::kLocal:
      return std::string(id);
    case Kind::kUser:
      return "spotify:user:" + http::percent_encode(id);
    case Kind::kCollection:
      return "spotify:user:" + http::percent_encode(id) + ":collection";
    case Kind::kAudiobook:
      return fmt::format("spotify:show:{}", id);
    case Kind::kChapter:
      return fmt::format("spotify:episode:{}", id);
    default:
      return fmt::format("spotify:{}:{}", kind_name(kind), id);
  }
}

std::string url_of(Kind kind, std::string_view id) {
  switch (kind) {
    case Kind::kLocal:
      return {};
    case Kind::kUser:
      return "https://open.spotify.com/user/" + http::percent_encode(id);
    case Kind::kCollection:
      return "https://open.spotify.com/collection/tracks";
    case Kind::kAudiobook:
      return fmt::format("https://open.spotify.com/show/{}", id);
    case Kind::kChapter:
      return fmt::format("https://open.spotify.com/episode/{}", id);
    default:
      return fmt::format("https://open.spotify.com/{}/{}", kind_name(kind), id);
  }
}

bool is_visible_ascii(std::string_view text, size_t length_max) {
  return !text.empty() && text.size() <= length_max && std::ranges::all_of(text, is_visible);
}

}  // namespace detail

base::Result<UserId> UserId::parse(std::string_view text) {
  UserId out;
  const bool is_link = text.contains("://");
  if (text.starts_with("spotify:") || is_link) {
    auto reference = parse_reference(text);
    if (!reference) return refuse("must be a user id, URI or link");
    if (reference->kind != Kind::kUser) {
      return refuse(fmt::format("must be a user id, URI or link; this is {} {}", article(reference->kind),
                                kind_name(reference->kind)));
    }
    out.text_ = std::move(reference->id);
    return out;
  }
  if (!is_user_id(text)) return refuse("must be a user id of 1 to 128 bytes, a spotify:user: URI or a link");
  out.text_ = std::string(text);
  return out;
}

json::Object UserId::constraints() {
  return {{"minLength", 1}, {"maxLength", static_cast<int64_t>(kReferenceBytesMax)}};
}

base::Result<Uri> parse_uri_in(std::string_view text, bool (*accepts)(Kind), std::string_view what,
                               std::optional<Kind> bare) {
  Reference reference;
  if (is_id(text)) {
    if (!bare) return refuse(fmt::format("must be {}; a bare id does not say of what kind it is", what));
    reference = {*bare, std::string(text)};
  } else {
    auto parsed = parse_reference(text);
    if (!parsed) {
      return refuse(is_short_link(text) ? std::string(kShortLink) : fmt::format("must be {}", what));
    }
    reference = *std::move(parsed);
  }
  if (!accepts(reference.kind)) {
    return refuse(fmt::format("must be {}; this is {} {}", what, article(reference.kind), kind_name(reference.kind)));
  }
  Uri out;
  out.kind_ = reference.kind;
  out.text_ = detail::uri_of(reference.kind, reference.id);
  out.id_ = std::move(reference.id);
  return out;
}

base::Result<Uri> Uri::parse(std::string_view text) {
  constexpr auto kAll = [](Kind) { return true; };
  return parse_uri_in(text, kAll, "a Spotify URI such as spotify:track:<id>, or a link to open.spotify.com",
                      std::nullopt);
}

json::Object Uri::constraints() { return {{"minLength", 13}, {"maxLength", static_cast<int64_t>(kReferenceBytesMax)}}; }

Uri Uri::collection_of(const UserId& user) {
  Uri out;
  out.kind_ = Kind::kCollection;
  out.id_ = user.text();
  out.text_ = detail::uri_of(Kind::kCollection, user.text());
  return out;
}

}  // namespace spotify
