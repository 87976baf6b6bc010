// `beckon demo`: synthetic shoppers play storylines through the API, so that a first look at every page is alive.
#pragma once
#include <cstdint>
#include <string>

namespace beckon::app {

struct DemoRequest {
  std::string base, token;
  std::string handle;  // empty: the first one that the token has a role on
  int shoppers = 40;
  double per_second = 20;  // requests; what the server's limits refuse is waited for and said again
  std::uint64_t seed = 0;  // the same seed plays the same shoppers; 0: others each time
};

// Tells its progress on standard error, in one line. 0: all was played; 1: the server refused, with its reason.
int demo(const DemoRequest& request);

}  // namespace beckon::app
