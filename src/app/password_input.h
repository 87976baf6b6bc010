// A password for the command line: never an argument, which every process of the machine can read.
#pragma once
#include <string>

#include "base/result.h"

namespace beckon::app {

// The first line of `file`, or, where it is empty, of standard input; a terminal is asked twice, without an echo. The
// fault is a sentence for the operator.
Result<std::string> read_password(const std::string& file);

}  // namespace beckon::app
