# cmake -DFOLDER=console/dist -DOUTPUT=… -P embed_console.cmake: a source file with the console's bundle as
# what `beckon::http::console_files()` answers; empty where there is no bundle. Writes nothing when nothing changed.
# -DHEADER=… -DFUNCTION=… name another header and function, for another bundle of the same kind.
if(NOT FUNCTION)
  set(HEADER http/routes/console.h)
  set(FUNCTION console_files)
endif()
file(GLOB_RECURSE names RELATIVE "${FOLDER}" "${FOLDER}/*")
set(key "")
foreach(name IN LISTS names)
  file(SHA256 "${FOLDER}/${name}" hash)
  string(APPEND key "${name} ${hash}\n")
endforeach()
string(SHA256 key "${key}")
if(EXISTS "${OUTPUT}")
  file(STRINGS "${OUTPUT}" before LIMIT_COUNT 1)
  if(before STREQUAL "// ${key}")
    return()
  endif()
endif()

set(rows "")
foreach(name IN LISTS names)
  file(READ "${FOLDER}/${name}" hex HEX)
  string(LENGTH "${hex}" size)
  math(EXPR size "${size} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${hex}")
  file(SHA256 "${FOLDER}/${name}" hash)
  string(SUBSTRING "${hash}" 0 16 hash)
  string(APPEND rows "    {\"${name}\", \"\\\"${hash}\\\"\", {\"${bytes}\", ${size}}},\n")
endforeach()
file(WRITE "${OUTPUT}" "// ${key}
#include \"${HEADER}\"

namespace beckon::http {
namespace {
const std::vector<ConsoleFile> kFiles = {
${rows}};
}  // namespace
const std::vector<ConsoleFile>& ${FUNCTION}() { return kFiles; }
}  // namespace beckon::http
")
