# The library that other MCP servers are built on: the layers that floors.cmake marks LIBRARY, found by
# find_package(mcp). mcp::server is all of it; each layer has a target of its own, such as mcp::json.
#   cmake --install build/release --prefix DIRECTORY --component mcp
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(mcp_server INTERFACE)
target_link_libraries(mcp_server INTERFACE ${LAYER_LIBRARY})
set_target_properties(mcp_server PROPERTIES EXPORT_NAME server)
add_library(mcp::server ALIAS mcp_server)

# In folders of their own: `base` and `json` are names that others have too.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/mcp)
install(TARGETS mcp_server runtime ${LAYER_LIBRARY} EXPORT mcp
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/mcp COMPONENT mcp
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mcp COMPONENT mcp)
install(EXPORT mcp NAMESPACE mcp:: FILE mcp-targets.cmake DESTINATION ${package} COMPONENT mcp)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mcp-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/mcp-config.cmake cmake/check_compiler.cmake ${PROJECT_BINARY_DIR}/mcp-config-version.cmake
  DESTINATION ${package} COMPONENT mcp)
