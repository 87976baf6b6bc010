// Input of secrets on the command line, other than as arguments, which every user of the machine can read.
#pragma once
#include <string>

#include "base/result.h"

namespace beckon::app {

// The first line of `file`, or of standard input for "-", without its line end. The fault's message is for the
// operator.
Result<std::string> read_first_line(const std::string& file);

// The same; for an empty `file`, from standard input; a terminal is prompted twice, without echo.
Result<std::string> read_password(const std::string& file);

}  // namespace beckon::app
