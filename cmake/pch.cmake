# Two precompiled headers that all targets share: beckon_pch for the rooms, beckon_test_pch (the same and GoogleTest) for
# what links GoogleTest. A target that defines a macro which these headers read falls back to reading them as text.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cc "")
add_library(beckon_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cc)
target_link_libraries(beckon_pch PRIVATE beckon_flags Threads::Threads)
target_precompile_headers(beckon_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h)
if(BUILD_TESTING)
  add_library(beckon_test_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cc)
  target_link_libraries(beckon_test_pch PRIVATE beckon_flags beckon_test_flags Threads::Threads GTest::gtest GTest::gmock)
  target_precompile_headers(beckon_test_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h <gtest/gtest.h> <gmock/gmock.h>)
endif()
