// Where a thing of a given URI is kept in a person's library, for the operations of today and those of before.
#pragma once

#include <string_view>

#include "sim/spotify/call.h"
#include "sim/spotify/encoding.h"

namespace sim::spotify {

struct Shelf {
  SavedList* list = nullptr;
  // "user-library", "user-follow" or "playlist": with "-read" or "-modify" the scope that is needed.
  std::string_view scope_family;
  // Whether the catalogue or the world knows the thing at all.
  bool exists = false;
};
// 400 for a type that cannot be saved.
Answer<Shelf> find_shelf(Call& call, const Uri& uri);

// These also keep the playlist's followers in step.
void put_on_shelf(Call& call, const Shelf& shelf, const Uri& uri);
void take_from_shelf(Call& call, const Shelf& shelf, const Uri& uri);

}  // namespace sim::spotify
