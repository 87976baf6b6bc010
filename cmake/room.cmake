# beckon_room(<name> SOURCES … TESTS … USES …): the library beckon_<name> of one folder under src/, and, where TESTS
# are given, the test program <name>_test. USES lists what the folder may include: other rooms or imported targets.
function(beckon_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;TESTS;USES;TEST_USES" ${ARGN})
  add_library(beckon_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(beckon_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(beckon_${name} PUBLIC beckon_flags ${ROOM_USES})
  if(BUILD_TESTING AND ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_link_libraries(${name}_test PRIVATE beckon_${name} ${ROOM_TEST_USES} GTest::gtest_main GTest::gmock)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  endif()
endfunction()
