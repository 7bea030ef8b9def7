// The toolset "curation": the picture of a playlist.
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/hash.h"
#include "http/url.h"
#include "tools/arguments.h"
#include "tools/content.h"
#include "tools/curation.h"
#include "tools/make.h"
#include "tools/playlist_answers.h"
#include "tools/present.h"
#include "tools/receipt.h"

namespace tools {
namespace {

struct GetCoverArguments {
  spotify::PlaylistId playlist_id;

  static constexpr auto fields() {
    return schema::Fields{schema::required("playlist_id", &GetCoverArguments::playlist_id, kAboutPlaylist)};
  }
};

struct Picture {
  std::string url;
  std::optional<int64_t> width{};
  std::optional<int64_t> height{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("url", &Picture::url),
        schema::optional("width", &Picture::width),
        schema::optional("height", &Picture::height),
    };
  }
};

struct CoverAnswer {
  std::string summary{};
  std::string playlist_id{};
  std::vector<Picture> images{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &CoverAnswer::summary),
        schema::required("playlist_id", &CoverAnswer::playlist_id),
        schema::required("images", &CoverAnswer::images),
    };
  }
};

// Only what Spotify itself serves: an address elsewhere would be somebody's trap for whoever opens it.
bool is_of_spotify(const std::string& url) {
  const auto parsed = http::parse_url(url);
  if (!parsed || parsed->scheme != "https") return false;
  return parsed->host.ends_with(".scdn.co") || parsed->host.ends_with(".spotifycdn.com");
}

std::string first_url(const spotify::Several<spotify::Image>& images) {
  return images.empty() ? std::string() : images.front().url.text();
}

base::Task<base::Result<CoverAnswer>> get_playlist_cover(const Services& services, mcp::CallContext& context,
                                                         GetCoverArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto images, co_await client->playlist_images(arguments.playlist_id, call_of(context)));
  const Presenter presenter(services);
  CoverAnswer answer{.playlist_id = std::string(arguments.playlist_id.text())};
  size_t hidden = 0;
  for (const spotify::Image& image : images) {
    auto url = is_of_spotify(image.url.text()) ? presenter.link(image.url.text()) : std::nullopt;
    if (!url) {
      ++hidden;
      continue;
    }
    Picture picture{.url = *std::move(url)};
    if (image.width) picture.width = *image.width;
    if (image.height) picture.height = *image.height;
    answer.images.push_back(std::move(picture));
  }
  answer.summary =
      answer.images.empty() ? "There is no cover to show." : "Addresses of the cover, good for some hours.";
  if (hidden > 0)
    answer.summary += fmt::format(" {} not shown.", base::count_of(hidden, "address is", "addresses are"));
  co_return answer;
}

struct SetCoverArguments {
  spotify::PlaylistId playlist_id;
  schema::Text<16, spotify::kImageTextMax + 4096, schema::Lines::kMany> image;
  bool dry_run = false;

  static constexpr auto fields() {
    using Self = SetCoverArguments;
    return schema::Fields{
        schema::required("playlist_id", &Self::playlist_id, kAboutPlaylist),
        schema::required("image", &Self::image, "A JPEG as base64, at most 256 KiB of text."),
        schema::defaulted("dry_run", &Self::dry_run, kAboutDryRun),
    };
  }
};

struct SetCoverAnswer {
  std::string summary{};
  Status status = Status::kVerified;
  std::string playlist_id{};
  int64_t bytes = 0;
  std::optional<std::string> receipt{};

  static constexpr auto fields() {
    using Self = SetCoverAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),         schema::required("status", &Self::status),
        schema::required("playlist_id", &Self::playlist_id), schema::required("bytes", &Self::bytes),
        schema::optional("receipt", &Self::receipt),
    };
  }
};

// Base64 without line ends and without the prefix of a data URL, as Spotify takes it.
base::Result<std::string> jpeg_of(std::string text) {
  constexpr std::string_view kPrefix = "data:image/jpeg;base64,";
  if (text.starts_with(kPrefix)) text.erase(0, kPrefix.size());
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  const auto bytes = crypto::base64_decode(text);
  if (!bytes || !bytes->starts_with("\xFF\xD8\xFF")) {
    return base::fail(base::Code::kInvalidArgument, "image must be a JPEG as base64; other pictures are refused.");
  }
  if (text.size() > spotify::kImageTextMax) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("image is {} bytes of base64; Spotify takes {}. Make it smaller, such as 640 by 640.",
                                  text.size(), spotify::kImageTextMax));
  }
  return text;
}

base::Task<base::Result<SetCoverAnswer>> set_playlist_cover(const Services& services, mcp::CallContext& context,
                                                            SetCoverArguments arguments) {
  CO_TRY(std::string image, jpeg_of(arguments.image.value()));
  const spotify::PlaylistId id = arguments.playlist_id;
  const auto client = services.client_for(context.principal());
  const spotify::Call call{.deadline = last_moment(context), .freshness = spotify::Freshness::kFresh};
  CO_TRY(const auto head, co_await client->playlist(id, std::nullopt, call));
  const std::string spoken = Presenter(services).quoted(head.name, id.uri());
  const std::string before = first_url(head.images);
  SetCoverAnswer answer{
      .status = Status::kDryRun, .playlist_id = std::string(id.text()), .bytes = static_cast<int64_t>(image.size())};
  answer.summary = fmt::format(
      "Dry run, nothing was sent. Would replace the cover of {}; the old one cannot be brought back.", spoken);
  if (arguments.dry_run) co_return answer;
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = id,
                  .tool = "set_playlist_cover",
                  .at = services.desk.now(),
                  .way = Way::kNoWay,
                  .data = {{"why", "Spotify does not give the old picture back."}}};
  CO_TRY_VOID(co_await keep(services, context.principal().id, receipt));
  const auto written = co_await client->set_playlist_image(id, std::move(image), call);
  const bool is_unknown = !written && may_have_happened(written.error());
  if (!written && !is_unknown) {
    co_await drop(services, context.principal().id, receipt.id);
    co_return std::unexpected(written.error());
  }
  answer.receipt = receipt.id;
  const auto now =
      co_await client->playlist_images(id, {.deadline = context.deadline(), .freshness = spotify::Freshness::kFresh});
  const bool is_shown = now && first_url(*now) != before;
  if (is_shown) {
    answer.status = Status::kVerified;
    answer.summary = fmt::format("{} has the new cover. The old one cannot be brought back.", spoken);
  } else if (is_unknown) {
    answer.status = Status::kAmbiguous;
    answer.summary = "No answer came, so the cover may or may not be replaced. Look at get_playlist_cover later.";
  } else {
    answer.status = Status::kAccepted;
    answer.summary = "Spotify took the picture; it shows it some time later.";
  }
  co_return answer;
}

}  // namespace

std::vector<mcp::Tool> cover_tools(const Services& services) {
  auto set = curation_write("set_playlist_cover", "Set cover",
                            "Gives a playlist another picture. Asks first; the old one cannot be brought back.",
                            mcp::Effect::kDestroy, mcp::Repeat::kIdempotent);
  set.tasks = mcp::Tasks::kNever;
  set.scopes.emplace_back("ugc-image-upload");
  auto get = curation_read("get_playlist_cover", "Cover", "Where the picture of a playlist is.");
  get.tasks = mcp::Tasks::kNever;
  return {make(services, std::move(set), &set_playlist_cover), make(services, std::move(get), &get_playlist_cover)};
}

}  // namespace tools
