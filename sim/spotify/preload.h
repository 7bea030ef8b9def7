// What the people of the world have from the start.
#pragma once

#include "base/clock.h"

namespace sim::spotify {

class World;

// `now` dates what was saved and played: everything lies in the weeks before it.
void preload(World& world, base::Wall now);

}  // namespace sim::spotify
