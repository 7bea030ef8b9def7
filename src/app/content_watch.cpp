#include "app/content_watch.h"

#include <string_view>
#include <utility>

namespace app {

void ContentWatch::hear(const tools::Suspicion& suspicion) {
  ++heard_;
  std::string signs;
  for (size_t i = 0; i < tools::kSigns; ++i) {
    const auto sign = static_cast<tools::Sign>(i);
    if (!suspicion.signs.has(sign)) continue;
    metrics_.count_suspicion(sign);
    signs.append(signs.empty() ? "" : ",").append(tools::sign_name(sign));
  }
  if (told_.size() >= kToldMax) told_.clear();
  if (!told_.insert(suspicion.subject + ' ' + signs).second) return;
  trail_.note({.event = audit::Event::kContentSuspicious,
               .request = {{"subject", suspicion.subject}, {"signs", std::move(signs)}},
               .status = "ok",
               .reason = "shown, made harmless"});
}

}  // namespace app
