// Progress of a running simulation, for a client that asked for it: Server-Sent Events with `notifications/progress`,
// and finally the response. The live feed's thread advances it, so no other thread waits.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "http/mcp/message.h"
#include "http/routes/api.h"

namespace beckon::mcp {

// Whether the client accepts such a stream.
bool takes_progress(const http::Request& request, const Message& message);

// `id`: the simulation that the API has started. `response_of` builds the text of the response from its final state, as
// the API shows it. In 2026-07-28 a client that closes the stream cancels the call, and with it the simulation; in
// 2025-11-25 it does not. Fault if the limit of live-feed connections is reached.
Result<http::Response> stream_simulation(http::Api& api, const http::Request& request, const Message& message,
                                         SimulationId id, std::function<std::string(std::string)> response_of);

}  // namespace beckon::mcp
