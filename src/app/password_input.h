// Password input for the command line: never an argument, which every process on the machine can read.
#pragma once
#include <string>

#include "base/result.h"

namespace beckon::app {

// The first line of `file`, or if that is empty of standard input; a terminal is prompted twice, without echo. The
// fault's message is for the operator.
Result<std::string> read_password(const std::string& file);

}  // namespace beckon::app
