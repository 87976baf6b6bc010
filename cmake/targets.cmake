# What all libraries and programs share, given to them at once when they are all known.

# What links GoogleTest is compiled without optimizing, which would take longer than it saves. The rooms that it tests are
# compiled as they are released, and with -O1 under a sanitizer.
add_library(beckon_test_flags INTERFACE)
target_compile_options(beckon_test_flags INTERFACE -O0)

# Each test program runs in so many processes, each with its share of the tests, so that all processors have something
# to do. Each writes what it ran into test-results/ of the build folder, where script/count counts it.
set(BECKON_SHARDS 8)
add_custom_target(beckon_tests) # builds all test programs, and nothing else
function(beckon_shards program)
  add_dependencies(beckon_tests ${program})
  math(EXPR last "${BECKON_SHARDS} - 1")
  foreach(shard RANGE ${last})
    set(name ${program}.${shard})
    add_test(NAME ${name} COMMAND ${program} --gtest_brief=1 --gtest_output=xml:${CMAKE_BINARY_DIR}/test-results/${name}.xml)
    set_tests_properties(${name} PROPERTIES TIMEOUT 900 ENVIRONMENT "GTEST_TOTAL_SHARDS=${BECKON_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

# Test programs, what only they link, the rooms below and, under a sanitizer, all rooms are compiled eight files at a time,
# which takes between a half and a third as long. The files of one target then share their unnamed namespaces: those listed
# here, under src/, use a name that a neighbour has, and stay apart, as does what another object may replace
# (BECKON_ALONE). The compiler calls a new one a redefinition: rename it or list it.
# The rooms that append, decide and send are released file by file: united, their optimizer inlines less, and a resolve
# took 4 to 8 % longer. The others wait for a store, a network or a person: they are united, at -O2. That each file
# includes what it uses is shown without: script/prove apart.
set(BECKON_UNITED
    beckon_app beckon_lint beckon_mcp beckon_memory beckon_neighbours beckon_oidc beckon_postgres beckon_reference beckon_routes
    beckon_rules_planted beckon_shipping beckon_simulator)
set(BECKON_APART
    access/key_set.cc access/rate_limiter.cc app/password_input.cc app/settling.cc base/secret_box.cc commit/erase_test.cc
    commit/one_commit_test.cc commit/outbox_maintenance_test.cc commit/tenant.cc commit/visitor_test.cc
    decision/limits_test.cc delayed/due_rules_test.cc delayed/due_same_test.cc delayed/due_test.cc egress/url.cc egress/url_test.cc
    hindsight/what_if.cc http/routes/authorize.cc http/routes/chain.cc http/routes/origins.cc http/routes/rates.cc
    http/routes/response.cc http/sockets.cc intake/import_test.cc intake/publish_test.cc intake/redelivery_test.cc
    outbox/signature_test.cc outbox/transitions_test.cc outbox/verdict_test.cc rules/bucket_test.cc rules/language/score.cc
    rules/recipes_test.cc rules/same_test.cc rules/validity_test.cc simulator/counts.cc store/sqlite/sqlite_directory.cc
    store/sqlite/sqlite_outbox_upkeep.cc store/sqlite/sqlite_timers.cc)
option(BECKON_UNITE "compile several files at a time, where that is said here" ON)
option(BECKON_UNITE_ROOMS "the rooms too: for clang-tidy, which reads every header once for each file" OFF)
# Like CMake's own unity build, whose files name their parts by absolute paths, so that ccache misses them in a clone
# elsewhere; these name them relative to src/.
function(beckon_unite target)
  if(NOT BECKON_UNITE)
    return()
  endif()
  get_target_property(folder ${target} SOURCE_DIR)
  get_target_property(sources ${target} SOURCES)
  get_target_property(alone ${target} BECKON_ALONE)
  set(compiled)
  set(together)
  foreach(source IN LISTS sources)
    if(source IN_LIST alone)
      list(APPEND compiled ${source})
      continue()
    endif()
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder} NORMALIZE)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/src OUTPUT_VARIABLE path)
    if(path IN_LIST BECKON_APART OR path MATCHES "^\\.\\./")
      list(APPEND compiled ${source})
    else()
      list(APPEND together ${path})
    endif()
  endforeach()
  set(number 0)
  while(together)
    list(SUBLIST together 0 8 part)
    list(REMOVE_ITEM together ${part})
    list(TRANSFORM part REPLACE "(.+)" "#include \"\\1\"\n")
    string(JOIN "" text ${part})
    set(unit ${CMAKE_BINARY_DIR}/unity/${target}_${number}.cc)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${text}" @ONLY)
    list(APPEND compiled ${unit})
    math(EXPR number "${number} + 1")
  endwhile()
  set_target_properties(${target} PROPERTIES SOURCES "${compiled}")
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
endfunction()

# finish_targets(DIRECTORY): for every library and program below it.
function(finish_targets directory)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(NOT type MATCHES "^(STATIC_LIBRARY|OBJECT_LIBRARY|EXECUTABLE)$" OR target MATCHES "_pch$")
      continue()
    endif()
    get_target_property(libraries ${target} LINK_LIBRARIES)
    if("${libraries}" MATCHES "GTest::")
      target_link_libraries(${target} PRIVATE beckon_test_flags)
      target_precompile_headers(${target} REUSE_FROM beckon_test_pch)
      get_target_property(uncounted ${target} BECKON_UNCOUNTED)
      if(NOT uncounted)
        beckon_shards(${target})
      endif()
      beckon_unite(${target})
    else()
      beckon_pch_of(${target} precompiled)
      target_precompile_headers(${target} REUSE_FROM ${precompiled})
      if(BECKON_SANITIZE OR BECKON_UNITE_ROOMS OR target IN_LIST BECKON_UNITED)
        beckon_unite(${target})
      endif()
      if(target IN_LIST BECKON_UNITED AND CMAKE_BUILD_TYPE STREQUAL "Release")
        target_compile_options(${target} PRIVATE -O2)
      endif()
    endif()
  endforeach()
  get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(subdirectory IN LISTS below)
    finish_targets(${subdirectory})
  endforeach()
endfunction()
