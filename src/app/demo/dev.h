// What --dev adds: a handle `demo`, a subscription to try with, and the lines to paste.
#pragma once
#include <string>
#include <vector>

#include "app/server.h"
#include "http/router.h"

namespace beckon::app {

// POST /dev/receiver verifies the signature of what a subscription of the handle `demo` is sent; the addresses below it
// fail in a way of their own: flaky, fail, gone, redirect, hang.
std::vector<http::Route> dev_receivers(Server::Inside& inside);

// Makes what is missing, through the API as a user would, and returns the banner for standard error. The token goes
// into DIR/dev-token, not into any log.
std::expected<std::string, std::string> prepare_dev(Server& server, const Settings& settings, Duration start_took);

}  // namespace beckon::app
