# cmake -DINPUT=… -DOUTPUT=… -DNAMESPACE=… -DNAME=… -P embed.cmake: a source file with the text of INPUT as
# `extern const std::string_view NAME`.
file(READ "${INPUT}" text)
string(FIND "${text}" ")embedded\"" ends)
if(NOT ends EQUAL -1)
  message(FATAL_ERROR "${INPUT} holds the end mark of its own embedding")
endif()
file(WRITE "${OUTPUT}" "#include <string_view>

namespace ${NAMESPACE} {
extern const std::string_view ${NAME};
const std::string_view ${NAME} = R\"embedded(${text})embedded\";
}  // namespace ${NAMESPACE}
")
