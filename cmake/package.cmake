# What an operator installs, as the component `product`: the program, its units, its user, settings to start from, and
# what tells of it. `cpack --config build/release/CPackConfig.cmake` makes the Debian package of it (deploy/README.md).
include(GNUInstallDirs)
set(deploy ${PROJECT_SOURCE_DIR}/deploy)
set(documents share/doc/spotify-mcp-server)

# Only for a package: a plain `cmake --install` shall not write to /etc.
function(package_files destination)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "RENAME" "FILES;PROGRAMS")
  set(rename "")
  if(arg_RENAME)
    set(rename RENAME ${arg_RENAME})
  endif()
  if(arg_PROGRAMS)
    install(PROGRAMS ${arg_PROGRAMS} DESTINATION ${destination} ${rename} COMPONENT product EXCLUDE_FROM_ALL)
  else()
    install(FILES ${arg_FILES} DESTINATION ${destination} ${rename} COMPONENT product EXCLUDE_FROM_ALL)
  endif()
endfunction()

# A text compressed without its name and time, so that the same text is the same file.
function(compressed source name)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  execute_process(COMMAND gzip -9nc ${source} OUTPUT_FILE ${PROJECT_BINARY_DIR}/${name} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

install(TARGETS spotify-mcp-server RUNTIME DESTINATION bin COMPONENT product EXCLUDE_FROM_ALL)
package_files(sbin PROGRAMS ${deploy}/systemd/spotify-mcp-service)
package_files(lib/systemd/system
  FILES ${deploy}/systemd/spotify-mcp-server.service ${deploy}/systemd/spotify-mcp-server.socket)
package_files(lib/sysusers.d FILES ${deploy}/systemd/sysusers.conf RENAME spotify-mcp-server.conf)
package_files(lib/tmpfiles.d FILES ${deploy}/systemd/tmpfiles.conf RENAME spotify-mcp-server.conf)
package_files(/etc/spotify-mcp-server FILES ${deploy}/config.json)
package_files(share/bash-completion/completions FILES ${deploy}/bash-completion RENAME spotify-mcp-server)
compressed(${deploy}/spotify-mcp-server.1 spotify-mcp-server.1.gz)
package_files(share/man/man1 FILES ${PROJECT_BINARY_DIR}/spotify-mcp-server.1.gz)
compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog.gz)
package_files(${documents} FILES ${PROJECT_BINARY_DIR}/changelog.gz ${deploy}/debian/copyright
  ${PROJECT_BINARY_DIR}/sbom.cdx.json ${PROJECT_BINARY_DIR}/sbom.spdx.json)
# As in the checkout, so that one page leads to another.
package_files(${documents}/deploy FILES ${deploy}/README.md)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${documents} COMPONENT product EXCLUDE_FROM_ALL
  FILES_MATCHING PATTERN "*.md")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spotify-mcp-server)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL product)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_folders.cmake)
set(CPACK_PACKAGE_CONTACT "The spotify-mcp-server contributors")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "MCP server for Spotify
Lets an AI assistant search, play, queue and curate on a Spotify account, by the
Model Context Protocol over stdio or HTTP. Unofficial: bring your own app of
Spotify's developer dashboard.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What is loaded at run time, which nothing that reads the program file can know (src/net/curl.cpp, src/store/postgres, src/keys).
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4, ca-certificates, systemd, passwd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libpq5, libsecret-1-0, libp11-kit0")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${deploy}/debian/postinst ${deploy}/debian/prerm ${deploy}/debian/postrm ${deploy}/debian/conffiles)
include(CPack)
