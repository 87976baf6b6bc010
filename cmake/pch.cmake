# Precompiled headers that targets share: beckon_pch for the rooms, and with the headers that most files of theirs include,
# beckon_commit_pch for those above commit and beckon_routes_pch for those above http/routes; beckon_test_pch, with
# GoogleTest, for what links it. A target that defines a macro which these headers read falls back to reading them as text.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cc "")
function(beckon_precompiled name)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch.cc)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE beckon_flags Threads::Threads)
  target_precompile_headers(${name} PRIVATE <cmake/pch.h> ${ARGN})
  if(CCACHE)
    # By the content of each header. By their preprocessed text ccache takes one whose headers had other comments or
    # macros for the same, and what is compiled with it then does not know these headers again, for all their #pragma once.
    # That CMake has only just written the one that includes them does not matter.
    set(sloppiness CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime)
    set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER
                                             "${BECKON_CCACHE};${sloppiness};CCACHE_DEPEND=1;${CCACHE}")
  endif()
endfunction()
beckon_precompiled(beckon_pch)
beckon_precompiled(beckon_commit_pch <commit/draft.h>)
beckon_precompiled(beckon_routes_pch <http/routes/api.h>)
set(BECKON_ABOVE_COMMIT beckon_commit beckon_decision beckon_delayed beckon_intake beckon_neighbours beckon_hindsight
                        beckon_sqlite beckon_shipping beckon_memory)
set(BECKON_ABOVE_ROUTES beckon_routes beckon_mcp beckon_app)
# beckon_pch_of(TARGET VARIABLE): the one for a room.
function(beckon_pch_of target variable)
  set(${variable} beckon_pch PARENT_SCOPE)
  if(target IN_LIST BECKON_ABOVE_COMMIT)
    set(${variable} beckon_commit_pch PARENT_SCOPE)
  elseif(target IN_LIST BECKON_ABOVE_ROUTES)
    set(${variable} beckon_routes_pch PARENT_SCOPE)
  endif()
endfunction()
if(BUILD_TESTING)
  beckon_precompiled(beckon_test_pch <gtest/gtest.h> <gmock/gmock.h>)
  target_link_libraries(beckon_test_pch PRIVATE beckon_test_flags GTest::gtest GTest::gmock)
endif()
