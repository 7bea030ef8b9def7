# One interface target carries the flags of every translation unit; presets choose among the options.
option(SMS_HARDEN "Release hardening of the OpenSSF compiler guide" OFF)
option(SMS_LTO "Thin link-time optimisation" OFF)
option(SMS_FUZZ "Build the libFuzzer targets" OFF)
option(SMS_COVERAGE "Instrument for source coverage" OFF)
option(SMS_TIDY "Run clang-tidy on every translation unit" OFF)
option(SMS_PRECOMPILE "Parse the headers that every file includes once for all files" ON)
set(SMS_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined or thread")

# What a program must be linked with when it holds code of this build, also where that code was installed.
add_library(runtime INTERFACE)
add_library(flags INTERFACE)
target_link_libraries(flags INTERFACE runtime)
target_include_directories(flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
target_compile_options(flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wimplicit-fallthrough -Wnon-virtual-dtor
  -Wold-style-cast -Wunused-result -Werror -Werror=switch -fno-strict-aliasing
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -fPIC)
target_compile_definitions(flags INTERFACE _GLIBCXX_ASSERTIONS)
if(SMS_PRECOMPILE)
  # Without a time in it the precompiled header is the same for the compiler cache each time it is made.
  target_compile_options(flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()

if(SMS_SANITIZE)
  target_compile_options(flags INTERFACE -fsanitize=${SMS_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(runtime INTERFACE -fsanitize=${SMS_SANITIZE})
  if(SMS_SANITIZE MATCHES "address" AND NOT SMS_FUZZ)
    # The everyday build has to be quick. ASan's checks are calls rather than code in place; what ASan reports by itself
    # (null, object-size) and vptr, which costs most, are left to the fuzz targets; and four checks of UBSan trap, which
    # ASan then reports as an illegal instruction with its stack.
    set(trapping alignment,nonnull-attribute,returns-nonnull-attribute,pointer-overflow)
    target_compile_options(flags INTERFACE -fno-sanitize=null,object-size,vptr -fsanitize-trap=${trapping}
      "SHELL:-mllvm -asan-instrumentation-with-call-threshold=0")
  endif()
endif()
if(SMS_FUZZ)
  target_compile_options(flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(runtime INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SMS_COVERAGE)
  target_compile_options(flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_compile_definitions(flags INTERFACE SMS_COVERAGE)
  target_link_options(runtime INTERFACE -fprofile-instr-generate)
endif()
if(SMS_HARDEN)
  target_compile_options(flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
    -ftrivial-auto-var-init=zero -fstrict-flex-arrays=3)
  target_link_options(flags INTERFACE -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen
    -Wl,-z,separate-code)
endif()
if(SMS_LTO)
  file(RELATIVE_PATH way ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR})
  list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER ${PROJECT_SOURCE_DIR}/cmake/from_here ${PROJECT_SOURCE_DIR} ${way})
  target_compile_options(flags INTERFACE -flto=thin -ffile-prefix-map=${way}=./)
  target_link_options(runtime INTERFACE -flto=thin -fuse-ld=lld)
elseif(MOLD)
  target_link_options(flags INTERFACE -fuse-ld=mold)
endif()
if(SMS_TIDY)
  find_program(CLANG_TIDY clang-tidy-19 REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --warnings-as-errors=* --quiet)
endif()

# Half of what a file costs is the standard library's headers and the few of ours that every file includes, so they are
# parsed once. A file still includes all that it uses: the preset tidy builds without this, and tests/headers compiles
# each header alone.
function(precompiled target headers)
  if(SMS_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()
# Optimising the tests and what is protocol rather than bytes for a debug build takes twice as long as it saves.
set(QUICKLY_COMPILED $<$<CONFIG:Debug>:-O0>)
# Half of the time of the product's tests goes into texts and JSON and into the simulated Spotify. Optimising these few
# layers costs seconds and saves ten times as many.
set(HOT_COMPILED $<$<CONFIG:Debug>:-O1>)
# declare_precompiled_headers(TARGET [QUICKLY | HOT] HEADER...) parses what every file includes, and the HEADERs;
# QUICKLY for files that are QUICKLY_COMPILED, HOT for those that are HOT_COMPILED.
function(declare_precompiled_headers target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "QUICKLY;HOT" "" "")
  if(SMS_PRECOMPILE)
    set(source ${PROJECT_BINARY_DIR}/${target}.cpp)
    if(NOT EXISTS ${source})
      file(WRITE ${source} "")
    endif()
    add_library(${target} OBJECT ${source})
    target_link_libraries(${target} PRIVATE flags fmt::fmt)
    if(arg_QUICKLY)
      target_compile_options(${target} PRIVATE ${QUICKLY_COMPILED})
    elseif(arg_HOT)
      target_compile_options(${target} PRIVATE ${HOT_COMPILED})
    endif()
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <atomic> <charconv> <chrono> <concepts> <coroutine> <cstddef> <cstdint> <cstring> <deque>
      <expected> <functional> <limits> <map> <memory> <mutex> <optional> <ranges> <set> <span> <sstream> <string>
      <string_view> <tuple> <type_traits> <unordered_map> <utility> <variant> <vector> <fmt/format.h>
      ${PROJECT_SOURCE_DIR}/src/base/result.h ${PROJECT_SOURCE_DIR}/src/base/task.h
      ${PROJECT_SOURCE_DIR}/src/json/value.h ${arg_UNPARSED_ARGUMENTS})
  endif()
endfunction()
