// What --dev adds: a handle `demo`, a subscription for testing, and the startup banner.
#pragma once
#include <string>
#include <vector>

#include "app/server.h"
#include "http/router.h"

namespace beckon::app {

// POST /dev/receiver verifies the signatures of deliveries of the handle `demo`; the paths below it each fail in a
// different way: flaky, fail, gone, redirect, hang.
std::vector<http::Route> dev_receivers(Server::Inside& inside);

// Creates what is missing, through the API like a user, and returns the banner for standard error. The token is written
// to DIR/dev-token, never to a log.
std::expected<std::string, std::string> prepare_dev(Server& server, const Settings& settings, Duration start_took);

}  // namespace beckon::app
