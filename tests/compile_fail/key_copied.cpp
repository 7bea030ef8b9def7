// expect: call to deleted constructor of .*crypto::Key
#include "crypto/key.h"

crypto::Key copied(const crypto::Key& key) { return key; }
