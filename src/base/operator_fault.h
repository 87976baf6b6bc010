// A fault whose message is for the operator who ran a command or started the server.
#pragma once
#include <string>
#include <utility>

#include "base/fault.h"

namespace beckon {

inline Fault operator_fault(std::string message, FaultCode code = FaultCode::kInternalError) {
  return {.code = code, .message = std::move(message)};
}

}  // namespace beckon
