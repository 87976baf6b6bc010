// A simulation that is still running, for a client that asked to be told how far it is: Server-Sent Events with
// `notifications/progress`, and at the end the response. The live feed's thread advances it, so no other one waits.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "http/mcp/message.h"
#include "http/routes/api.h"

namespace beckon::mcp {

// Whether the client takes such a stream.
bool takes_progress(const http::Request& request, const Message& message);

// `simulation`: as the API answered it, of which this is the id. `response_of` makes the text of the response from how
// the simulation ended, as the API shows it. In 2026-07-28 a client that closes the stream cancels the call, and so the
// simulation; in 2025-11-25 it does not. Without a place among the live feed's watchers: the fault.
Result<http::Response> stream_simulation(http::Api& api, const http::Request& request, const Message& message,
                                         SimulationId id, std::function<std::string(std::string)> response_of);

}  // namespace beckon::mcp
