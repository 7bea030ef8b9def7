// Comparison whose time does not depend on where two secrets differ. Their lengths are not kept secret.
#pragma once

#include "base/secret.h"
#include "crypto/bytes.h"

namespace crypto {

bool equal(ByteView a, ByteView b);
bool equal(const base::Secret& a, const base::Secret& b);

}  // namespace crypto
