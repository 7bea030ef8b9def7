#include "store/postgres/libpq.h"

#include <dlfcn.h>

namespace store::postgres {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

std::optional<Libpq> load_libpq(const char* name) {
  // A bare name: the loader looks where it looks for the libraries of the program, and nowhere else.
  void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  Libpq pq;
  const bool complete =
      find(library, "PQconnectdbParams", pq.connectdb_params) && find(library, "PQfinish", pq.finish) &&
      find(library, "PQstatus", pq.status) && find(library, "PQerrorMessage", pq.error_message) &&
      find(library, "PQsetNoticeProcessor", pq.set_notice_processor) && find(library, "PQexec", pq.exec) &&
      find(library, "PQexecParams", pq.exec_params) && find(library, "PQclear", pq.clear) &&
      find(library, "PQresultStatus", pq.result_status) && find(library, "PQresultErrorField", pq.result_error_field) &&
      find(library, "PQcmdStatus", pq.cmd_status) && find(library, "PQcmdTuples", pq.cmd_tuples) &&
      find(library, "PQntuples", pq.ntuples) && find(library, "PQgetisnull", pq.getisnull) &&
      find(library, "PQgetlength", pq.getlength) && find(library, "PQgetvalue", pq.getvalue);
  if (!complete) return std::nullopt;
  return pq;
}

const Libpq* libpq() {
  static const std::optional<Libpq> kLibpq = load_libpq("libpq.so.5");
  return kLibpq ? &*kLibpq : nullptr;
}

}  // namespace store::postgres
