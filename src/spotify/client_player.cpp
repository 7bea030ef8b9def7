// The player, its devices and its queue.
#include <algorithm>

#include "spotify/transport.h"

namespace spotify {
namespace {

// Without it an episode is answered as nothing, or dressed up as a track.
constexpr std::string_view kBothTypes = "track,episode";

std::vector<std::string> player_reads() { return {"/me/player"}; }

ApiRequest read_of(Operation operation, const http::Parameters& query, Call call) {
  return {.operation = operation, .target = make_target(info(operation), {}, query), .call = call};
}

ApiRequest command_of(Operation operation, http::Parameters query, const std::optional<DeviceId>& device, Call call) {
  if (device) query.emplace_back("device_id", device->text());
  return {.operation = operation, .target = make_target(info(operation), {}, query), .call = call};
}

struct DeviceList {
  Several<Device> devices;

  static constexpr auto fields() { return schema::Fields{schema::defaulted("devices", &DeviceList::devices)}; }
};

json::Value offset_body(const PlayOffset& offset) {
  if (const auto* position = std::get_if<int>(&offset)) return json::Object{{"position", *position}};
  return json::Object{{"uri", std::get<PlayableUri>(offset).text()}};
}

// Nothing for a resume, which has no body at all.
std::optional<json::Value> play_body(const PlayRequest& request) {
  json::Object body;
  if (request.context) body.append("context_uri", request.context->text());
  if (!request.items.empty()) {
    json::Array uris;
    for (size_t i = 0; i < std::min(request.items.size(), kPlayItemsMax); ++i) {
      uris.emplace_back(request.items[i].text());
    }
    body.append("uris", std::move(uris));
  }
  if (request.offset) body.append("offset", offset_body(*request.offset));
  if (request.position_ms) body.append("position_ms", *request.position_ms);
  if (body.empty()) return std::nullopt;
  return body;
}

}  // namespace

Client::Answer<std::optional<Playback>> Client::playback(std::optional<Market> market, Call call) {
  http::Parameters query{{"additional_types", std::string(kBothTypes)}};
  add_market(query, market);
  CO_TRY(const Json json, co_await transport_->read(read_of(Operation::kGetPlayback, query, call)));
  std::optional<Playback> playback;
  if (json == nullptr) co_return playback;
  CO_TRY(playback, read_model<Playback>(json));
  co_return playback;
}

Client::Answer<Several<Device>> Client::devices(Call call) {
  CO_TRY(auto list, co_await read_as<DeviceList>(*transport_, read_of(Operation::kGetDevices, {}, call)));
  co_return std::move(list.devices);
}

Client::Answer<CursorPage<PlayHistory>> Client::recently_played(RecentlyPlayedRequest request, Call call) {
  http::Parameters query{{"limit", std::to_string(std::clamp(request.limit, 1, 50))}};
  if (request.after_ms) {
    query.emplace_back("after", std::to_string(*request.after_ms));
  } else if (request.before_ms) {
    query.emplace_back("before", std::to_string(*request.before_ms));
  }
  co_return co_await read_as<CursorPage<PlayHistory>>(*transport_, read_of(Operation::kGetRecentlyPlayed, query, call));
}

Client::Answer<Queue> Client::queue(Call call) {
  co_return co_await read_as<Queue>(*transport_, read_of(Operation::kGetQueue, {}, call));
}

Client::Answer<void> Client::play(PlayRequest request, Call call) {
  ApiRequest api = command_of(Operation::kPlay, {}, request.device, call);
  api.body = play_body(request);
  co_return co_await command(*transport_, std::move(api), player_reads());
}

Client::Answer<void> Client::pause(std::optional<DeviceId> device, Call call) {
  co_return co_await command(*transport_, command_of(Operation::kPause, {}, device, call), player_reads());
}

Client::Answer<void> Client::next(std::optional<DeviceId> device, Call call) {
  co_return co_await command(*transport_, command_of(Operation::kNext, {}, device, call), player_reads());
}

Client::Answer<void> Client::previous(std::optional<DeviceId> device, Call call) {
  co_return co_await command(*transport_, command_of(Operation::kPrevious, {}, device, call), player_reads());
}

Client::Answer<void> Client::seek(int64_t position_ms, std::optional<DeviceId> device, Call call) {
  http::Parameters query{{"position_ms", std::to_string(std::max<int64_t>(position_ms, 0))}};
  co_return co_await command(*transport_, command_of(Operation::kSeek, std::move(query), device, call), player_reads());
}

Client::Answer<void> Client::set_volume(schema::Bounded<0, 100> percent, std::optional<DeviceId> device, Call call) {
  http::Parameters query{{"volume_percent", std::to_string(percent.value())}};
  co_return co_await command(*transport_, command_of(Operation::kSetVolume, std::move(query), device, call),
                             player_reads());
}

Client::Answer<void> Client::set_shuffle(Shuffle shuffle, std::optional<DeviceId> device, Call call) {
  http::Parameters query{{"state", shuffle == Shuffle::kOn ? "true" : "false"}};
  co_return co_await command(*transport_, command_of(Operation::kSetShuffle, std::move(query), device, call),
                             player_reads());
}

Client::Answer<void> Client::set_repeat(RepeatMode mode, std::optional<DeviceId> device, Call call) {
  http::Parameters query{{"state", std::string(schema::enum_name(mode))}};
  co_return co_await command(*transport_, command_of(Operation::kSetRepeat, std::move(query), device, call),
                             player_reads());
}

Client::Answer<void> Client::transfer(DeviceId device, OnTransfer on_transfer, Call call) {
  ApiRequest api = command_of(Operation::kTransfer, {}, std::nullopt, call);
  json::Object body{{"device_ids", json::Array{json::Value(device.text())}}};
  if (on_transfer == OnTransfer::kPlay) body.append("play", true);
  api.body = std::move(body);
  co_return co_await command(*transport_, std::move(api), player_reads());
}

Client::Answer<void> Client::add_to_queue(PlayableUri item, std::optional<DeviceId> device, Call call) {
  http::Parameters query{{"uri", item.text()}};
  co_return co_await command(*transport_, command_of(Operation::kAddToQueue, std::move(query), device, call),
                             player_reads());
}

}  // namespace spotify
