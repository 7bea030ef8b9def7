// The test framework. Include it last: the product's CHECK (base/check.h) gives way to doctest's here.
#pragma once

#include "base/check.h"
#undef CHECK

#include <doctest/doctest.h>
