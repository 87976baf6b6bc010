// `beckon demo`: synthetic shoppers use the API, so that every page of the console has data.
#pragma once
#include <cstdint>
#include <string>

namespace beckon::app {

struct DemoRequest {
  std::string base, token;
  std::string handle;  // empty: the first handle on which the token has a role
  int shoppers = 40;
  double per_second = 20;  // requests; retried after Retry-After when a limit is reached
  std::uint64_t seed = 0;  // the same seed produces the same shoppers; 0: random
};

// Reports progress on standard error, on one line. Returns 0 if all shoppers finished, 1 if the server refused a
// request.
int demo(const DemoRequest& request);

}  // namespace beckon::app
