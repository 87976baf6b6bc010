// Changes to the directory on the caller's behalf.
#pragma once
#include "access/enrolment.h"
#include "http/routes/api.h"

namespace beckon::http {

inline access::Enrolment enrolment_by(Api& api, const Request& request) {
  return access::Enrolment(api.directory, api.clock, api.random, caller_of(request));
}

}  // namespace beckon::http
