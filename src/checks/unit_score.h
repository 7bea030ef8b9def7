// What a hardened systemd unit says (systemd.exec(5)).
#pragma once

#include "checks/check.h"

namespace checks {

Outcome judge_unit(const Facts& facts);

}  // namespace checks
