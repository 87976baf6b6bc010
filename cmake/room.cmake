# beckon_room(<name> SOURCES … PLANTED … TESTS … USES …): the library beckon_<name> of one folder under src/, and, where
# TESTS are given, the test program <name>_test. USES lists what the folder may include: other rooms or imported targets.
# PLANTED are sources too: those that have a switch of base/planted.h. With the switch they make beckon_<name>_planted,
# whose objects take the place of the room's own in the one test program that plants faults.
function(beckon_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PLANTED;TESTS;USES;TEST_USES" ${ARGN})
  add_library(beckon_${name} STATIC ${ROOM_SOURCES} ${ROOM_PLANTED})
  target_include_directories(beckon_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(beckon_${name} PUBLIC beckon_flags ${ROOM_USES})
  # Objects of their own, which those of beckon_<name>_planted can replace.
  set_target_properties(beckon_${name} PROPERTIES BECKON_ALONE "${ROOM_PLANTED}")
  if(BUILD_TESTING AND ROOM_PLANTED)
    add_library(beckon_${name}_planted OBJECT EXCLUDE_FROM_ALL ${ROOM_PLANTED})
    target_include_directories(beckon_${name}_planted PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_compile_definitions(beckon_${name}_planted PRIVATE BECKON_FAULTS_PLANTED)
    # g++ 12 reports a false positive in a string that it joins while inlining.
    target_compile_options(beckon_${name}_planted PRIVATE -Wno-stringop-overread)
    target_link_libraries(beckon_${name}_planted PRIVATE beckon_flags ${ROOM_USES})
  endif()
  if(BUILD_TESTING AND ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_link_libraries(${name}_test PRIVATE beckon_${name} ${ROOM_TEST_USES} GTest::gtest_main GTest::gmock)
  endif()
endfunction()
