// Result<T, E>: a value, or an error of a small closed kind. E defaults to Fault, the refusal shown to a caller.
#pragma once
#include <expected>

#include "base/fault.h"

namespace beckon {

template <class T, class E = Fault>
using Result = std::expected<T, E>;

using std::unexpected;

}  // namespace beckon
