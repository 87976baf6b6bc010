// How a command says why it failed.
#pragma once
#include <cstdio>
#include <string>

#include "base/fault.h"

namespace beckon::app {

// Prints the message on standard error. Returns the exit status, 1.
inline int complain(const std::string& message) {
  std::fprintf(stderr, "beckon: %s\n", message.c_str());
  return 1;
}
inline int complain(const Fault& fault) { return complain(fault.message); }

}  // namespace beckon::app
