// Error output of commands.
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
// With the error of each argument, if the fault lists them.
inline int complain(const Fault& fault) {
  if (fault.details.empty()) return complain(fault.message);
  std::string all;
  for (const FieldIssue& one : fault.details) all += (all.empty() ? "" : "; ") + one.field + " " + one.issue;
  return complain(all + ".");
}

}  // namespace beckon::app
