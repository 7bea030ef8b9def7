// The names of the formats in which playlists come and go.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "curation/formats.h"
#include "schema/type.h"

template <>
struct schema::EnumNames<curation::Format> {
  static constexpr std::array kNames{
      std::pair{curation::Format::kCsv, std::string_view("csv")},
      std::pair{curation::Format::kM3u, std::string_view("m3u")},
      std::pair{curation::Format::kJson, std::string_view("json")},
      std::pair{curation::Format::kText, std::string_view("text")},
  };
};
