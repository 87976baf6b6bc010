#include "http/mcp/simulation_stream.h"

#include "http/routes/live_feed.h"
#include "http/routes/simulation_view.h"

namespace beckon::mcp {
namespace {

using hindsight::WhatIfState;
using hindsight::WhatIfView;

// Keeps proxies from closing the stream, and detects clients that are gone.
constexpr Duration kBeat = std::chrono::seconds{15};

std::string event_of(std::string_view message) { return "event: message\ndata: " + std::string(message) + "\n\n"; }

std::string progress_text(const std::string& token, double progress) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object()
      .member("jsonrpc", "2.0")
      .member("method", "notifications/progress")
      .key("params")
      .begin_object()
      .member_raw("progressToken", token)
      .key("progress")
      .real(progress)
      .member("total", 1)
      .member("message", std::to_string(static_cast<int>(progress * 100)) + " % of the traffic was played.")
      .end_object()
      .end_object();
  return text;
}

struct Run {
  http::Api& api;
  Handle handle;
  SimulationId id;
  RequestId request;
  std::string token;  // of the progress
  bool ends_with_client = false;
  std::function<std::string(std::string)> response_of;
  double told = -1;  // the last reported progress: each report must be higher
  Instant beaten_at{};
  http::Stream stream = {};

  // False at the end.
  bool step() {
    if (!stream.is_open()) {
      if (ends_with_client) api.simulations.abandon(handle, id);
      return false;
    }
    const auto view = api.simulations.find(handle, id);
    if (view && view->state == WhatIfState::kRunning) {
      report(*view);
      return true;
    }
    // A simulation that ended long ago has been dropped.
    const WhatIfView gone{
        .id = id, .state = WhatIfState::kFailed, .reason = "It is no longer known.", .result = nullptr};
    stream.write(event_of(response_of(http::simulation_json(view ? *view : gone, request))));
    stream.close();
    return false;
  }

  void report(const WhatIfView& view) {
    const Instant now = api.clock.now();
    if (view.progress > told) {
      stream.write(event_of(progress_text(token, told = view.progress)));
    } else if (now - beaten_at >= kBeat || now < beaten_at) {
      stream.write(":\n\n");
    } else {
      return;
    }
    beaten_at = now;
  }
};

}  // namespace

bool takes_progress(const http::Request& request, const Message& message) {
  return !message.progress_token().empty() && request.header("accept").find("text/event-stream") != std::string::npos;
}

Result<http::Response> stream_simulation(http::Api& api, const http::Request& request, const Message& message,
                                         SimulationId id, std::function<std::string(std::string)> response_of) {
  const Handle handle{request.param("handle")};
  auto place = api.live.take_place(handle);
  if (!place) return unexpected(place.error());
  const auto run = std::make_shared<Run>(Run{.api = api,
                                             .handle = handle,
                                             .id = std::move(id),
                                             .request = request.id,
                                             .token = message.progress_token(),
                                             .ends_with_client = message.era == Era::k2026,
                                             .response_of = std::move(response_of),
                                             .beaten_at = api.clock.now()});
  return http::Response{.status = 200,
                        .content_type = "text/event-stream",
                        .headers = {{"x-accel-buffering", "no"}},
                        .stream = [&api, run, place = std::move(*place)](http::Stream stream) mutable {
                          run->stream = std::move(stream);
                          api.live.follow(std::move(place), [run] { return run->step(); });
                        }};
}

}  // namespace beckon::mcp
