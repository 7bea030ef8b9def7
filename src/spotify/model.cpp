#include "spotify/model.h"

#include <algorithm>

namespace spotify {

const Maybe<Uri>& uri_of(const Playable& item) {
  return std::visit([](const auto& each) -> const Maybe<Uri>& { return each.uri; }, item);
}

const base::ForeignText& name_of(const Playable& item) {
  return std::visit([](const auto& each) -> const base::ForeignText& { return each.name; }, item);
}

bool Actions::allows(std::string_view action) const {
  return std::ranges::none_of(disallows, [action](const Word& word) { return word == action; });
}

}  // namespace spotify

namespace schema {
namespace {

template <class T>
void read_as(const json::Value& value, spotify::Playable& out, Reader& reader) {
  T item{};
  Type<T>::read(value, item, reader);
  out = std::move(item);
}

}  // namespace

void Type<spotify::Playable>::read(const json::Value& value, spotify::Playable& out, Reader& reader) {
  const std::string_view type = value.text_or_empty("type");
  // Without a type it is what there was before there were episodes.
  if (type == "track" || type.empty()) return read_as<spotify::Track>(value, out, reader);
  if (type == "episode" || type == "chapter") return read_as<spotify::Episode>(value, out, reader);
  read_as<spotify::OtherItem>(value, out, reader);
}

// {"disallows": {"pausing": true}} as it is sent, or the same without the wrapper, as it is described.
void Type<spotify::Actions>::read(const json::Value& value, spotify::Actions& out, Reader&) {
  const json::Value* wrapped = value.find("disallows");
  const json::Value& flags = wrapped != nullptr ? *wrapped : value;
  if (!flags.is_object()) return;
  for (const auto& [name, flag] : flags.object()) {
    if (flag.is_boolean() && flag.boolean()) out.disallows.emplace_back(name);
  }
}

}  // namespace schema
