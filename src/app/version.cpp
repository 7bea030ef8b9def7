#include "app/version.h"

namespace app {

std::string_view version() { return SMS_VERSION; }

}  // namespace app
