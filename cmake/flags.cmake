# Warnings for every build, hardening for release, and the sanitizers of the presets.
add_library(beckon_flags INTERFACE)
target_compile_options(beckon_flags INTERFACE -Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                                              -Wimplicit-fallthrough -Wswitch-enum -fno-omit-frame-pointer
                                              # g++ 12 reports false positives of these when it inlines (bug 105651 and its kin).
                                              -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
                                              "$<$<CXX_COMPILER_ID:Clang>:-Wno-unknown-warning-option;-Wno-deprecated-declarations>")
target_compile_definitions(beckon_flags INTERFACE BECKON_VERSION="${PROJECT_VERSION}" _GLIBCXX_ASSERTIONS)

set(BECKON_SANITIZE "" CACHE STRING "address;undefined, or thread, or empty")
# null, alignment and vptr check every access again, which takes a third of the compiler's time; the address sanitizer ends a
# null access too. script/test does without, script/prove has them.
set(BECKON_UNCHECKED "" CACHE STRING "parts of the undefined sanitizer to leave out")
if(BECKON_SANITIZE)
  string(REPLACE ";" "," sanitizers "${BECKON_SANITIZE}")
  target_compile_options(beckon_flags INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all
                                                # Warnings are the released build's matter: here g++ 12 reports more false positives.
                                                -Wno-error)
  if(BECKON_UNCHECKED)
    target_compile_options(beckon_flags INTERFACE -fno-sanitize=${BECKON_UNCHECKED})
  endif()
  target_link_options(beckon_flags INTERFACE -fsanitize=${sanitizers})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(beckon_flags INTERFACE -fstack-protector-strong -fstack-clash-protection -fcf-protection
                                                $<$<COMPILE_LANGUAGE:CXX>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2> -fPIE -g1)
  target_link_options(beckon_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -pie)
endif()

find_program(MOLD mold)
if(MOLD)
  target_link_options(beckon_flags INTERFACE -fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # With these a clone in another folder finds what this one compiled, precompiled headers included.
  set(BECKON_CCACHE ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                    CCACHE_SLOPPINESS=pch_defines,time_macros)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BECKON_CCACHE} ${CCACHE})
  target_compile_options(beckon_flags INTERFACE -fpch-preprocess)
endif()
