// A simulation as shown by the API.
#pragma once
#include <string>

#include "base/id.h"
#include "hindsight/what_if_jobs.h"

namespace beckon::http {

std::string simulation_json(const hindsight::WhatIfView& view, const RequestId& request);

}  // namespace beckon::http
