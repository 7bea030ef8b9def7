# What the program says of itself: src/app/build_info.cpp is compiled with it, and nothing else is.
set(sbom ${PROJECT_BINARY_DIR}/sbom.cdx.json)
set(make_sbom ${PROJECT_SOURCE_DIR}/cmake/make_sbom)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${make_sbom} ${PROJECT_SOURCE_DIR}/src/app/tools.lock)
if(NOT EXISTS ${sbom} OR ${make_sbom} IS_NEWER_THAN ${sbom} OR /var/lib/dpkg/status IS_NEWER_THAN ${sbom})
  execute_process(COMMAND ${make_sbom} ${CMAKE_CXX_COMPILER} ${PROJECT_VERSION} ${PROJECT_BINARY_DIR}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()
file(SHA256 ${sbom} sbom_digest)
file(READ ${PROJECT_SOURCE_DIR}/src/app/tools.lock tools_digest)
string(STRIP "${tools_digest}" tools_digest)

# Of the checkout; a tree without a history has neither, and an installed release has both.
set(commit "")
set(commit_date "")
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} log -1 --format=%H WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${GIT_EXECUTABLE} log -1 --format=%cs WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE commit_date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
if(SMS_HARDEN)
  string(APPEND flags " hardened")
endif()
string(STRIP "${flags}" flags)
string(CONCAT build_info "version=${PROJECT_VERSION}|commit=${commit}|date=${commit_date}|type=${CMAKE_BUILD_TYPE}|"
  "compiler=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}|flags=${flags}|sanitizers=${SMS_SANITIZE}|"
  "sbom_digest=${sbom_digest}|tools_digest=${tools_digest}")
set_source_files_properties(src/app/build_info.cpp PROPERTIES COMPILE_DEFINITIONS "SMS_BUILD_INFO=\"${build_info}\"")
