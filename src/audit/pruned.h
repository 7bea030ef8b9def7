// Where a pruned trail begins: what its removed records held, in few bytes. Signed like a checkpoint, so that nobody
// moves the beginning unseen; no key of a record is in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/chain.h"
#include "audit/keys.h"
#include "base/result.h"

namespace audit {

struct Pruned {
  uint64_t epoch = 0;  // Of the last removed record.
  Digest last_mac{};   // And its code.
  Tree tree;           // Over all removed records; its size is the number of the first one that is kept.
};

std::string sign_pruned(const Pruned& pruned, const Keys& keys);
// kForbidden when it was changed or belongs to another trail.
base::Result<Pruned> open_pruned(std::string_view text, const Keys& keys);

// The chain as it was after the removed records; `initial` is the trail's first key.
Chain chain_after(const Pruned& pruned, const crypto::Key& initial);

}  // namespace audit
