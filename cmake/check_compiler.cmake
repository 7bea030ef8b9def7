# Which compilers build this code. The installed package reads this file too.
#
# It is built with clang 19 and libstdc++ 12 in C++23 mode. g++ 12 compiles everyday co_await expressions into a double
# free without a warning, so it is refused, not merely discouraged.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines. Install clang 19 (in a checkout: script/bootstrap) and "
    "configure with -DCMAKE_CXX_COMPILER=clang++-19, as the presets do (cmake --preset dev).")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "clang ${CMAKE_CXX_COMPILER_VERSION} does not see std::expected of libstdc++ 12. "
    "Install clang 19 (in a checkout: script/bootstrap).")
endif()
