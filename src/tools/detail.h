// How much a row of a list says. Concise rows hold what most questions need; detailed ones add the ids behind the
// names, so that a client can go on from a track to its album and artists without another call.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "schema/type.h"

namespace tools {

enum class Detail { kConcise, kDetailed };

}  // namespace tools

template <>
struct schema::EnumNames<tools::Detail> {
  static constexpr std::array kNames{std::pair{tools::Detail::kConcise, std::string_view("concise")},
                                     std::pair{tools::Detail::kDetailed, std::string_view("detailed")}};
};
