#include "store/archive.h"

namespace store {

base::Error too_large_to_keep() {
  return {base::Code::kInvalidArgument, "This is too large to be kept, so nothing was changed.", "archive entry size",
          std::nullopt};
}

}  // namespace store
