#include "net/detail/curl.h"

#include <dlfcn.h>
#include <mutex>

namespace net {

namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

std::optional<Curl> load_and_initialise() {
  // A bare name: the loader looks where it looks for the libraries of the program, and nowhere else.
  auto curl = load_curl("libcurl.so.4");
  // Its first call must be the only one, whichever thread comes first.
  if (curl && curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return std::nullopt;
  return curl;
}

}  // namespace

std::optional<Curl> load_curl(const char* name) {
  // Never closed: its threads and its handlers at exit may outlive every client.
  void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  Curl curl;
  const bool complete =
      find(library, "curl_global_init", curl.global_init) && find(library, "curl_easy_init", curl.easy_init) &&
      find(library, "curl_easy_perform", curl.easy_perform) && find(library, "curl_easy_send", curl.easy_send) &&
      find(library, "curl_easy_recv", curl.easy_recv) && find(library, "curl_easy_setopt", curl.easy_setopt) &&
      find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
      find(library, "curl_easy_strerror", curl.easy_strerror) &&
      find(library, "curl_easy_cleanup", curl.easy_cleanup) && find(library, "curl_slist_append", curl.slist_append) &&
      find(library, "curl_slist_free_all", curl.slist_free_all) && find(library, "curl_multi_init", curl.multi_init) &&
      find(library, "curl_multi_setopt", curl.multi_setopt) &&
      find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
      find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
      find(library, "curl_multi_perform", curl.multi_perform) && find(library, "curl_multi_poll", curl.multi_poll) &&
      find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
      find(library, "curl_multi_info_read", curl.multi_info_read) &&
      find(library, "curl_multi_cleanup", curl.multi_cleanup);
  if (!complete) return std::nullopt;
  return curl;
}

const Curl* curl() {
  static std::mutex mutex;
  static std::optional<Curl> loaded;
  const std::lock_guard lock(mutex);
  // What kept it from being loaded, such as too many open files, may have passed.
  if (!loaded) loaded = load_and_initialise();
  return loaded ? &*loaded : nullptr;
}

}  // namespace net
