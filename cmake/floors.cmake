# The one table of layers. A folder becomes a static library that links exactly what stands here;
# tests/tidy reads the same lines and checks every #include against them.
#
# A folder may use itself, every folder on a lower floor, and on its own floor only the folders after USES.
# LIBS are the external libraries whose headers may be included in the .cpp files of that folder alone.
# LIBRARY marks what other MCP servers are built on: it is installed, and uses nothing that is not (cmake/install.cmake).
include(${CMAKE_CURRENT_LIST_DIR}/layer.cmake)

layer(src/base         0 LIBRARY)

layer(src/json         1 LIBRARY)
layer(src/crypto       1 LIBRARY LIBS OpenSSL::Crypto PkgConfig::ARGON2)
layer(src/http         1 LIBRARY)
layer(src/metrics      1)

layer(src/schema       2 LIBRARY)
layer(src/mcp          2 LIBRARY USES src/schema)
layer(src/mcp/transport 2 LIBRARY USES src/mcp src/schema)
layer(src/store        2)
layer(src/store/sql    2 USES src/store)
layer(src/oauth        2 USES src/store)
layer(src/spotify      2 USES src/schema)
layer(src/policy       2)
layer(src/audit        2)
layer(src/alerts       2 USES src/audit)
layer(src/config       2 USES src/schema src/oauth)
layer(src/curation     2)

layer(src/os           3 LIBRARY LIBS PkgConfig::SECCOMP)
layer(src/net          3 LIBRARY LIBS Boost::headers OpenSSL::SSL CURL::headers Threads::Threads)
layer(src/keys         3 USES src/os LIBS LIBSECRET::headers P11KIT::headers)
layer(src/audit/files  3 USES src/os)
layer(src/store/postgres 3 USES src/os LIBS LIBPQ::headers)
layer(src/store/sqlite 3 USES src/os LIBS SQLite::SQLite3)
layer(sim/spotify      3 LIBS ZLIB::ZLIB)
layer(sim/world        3 USES sim/spotify)

layer(src/tools        4)
layer(src/checks       4 USES src/tools LIBS PkgConfig::YAML LZ4::headers LZMA::headers ZLIB_PLAIN::headers)

layer(src/app          5)

layer(src/app/commands 6 LIBS CLI11::CLI11)
