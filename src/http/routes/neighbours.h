// What the routes called by other systems' libraries share: identifying the sender, decoding the body, the response. A
// neighbour itself adds only a reader of its wire format (src/neighbours) and its paths, as in segment.cc.
#pragma once
#include <functional>
#include <string_view>

#include "http/routes/api.h"
#include "neighbours/append_messages.h"
#include "neighbours/message.h"

namespace beckon::http {

// Each adds the routes of one neighbour, or of several that use the same protocol.
void add_segment(Api& api, std::vector<Route>& routes);  // also Customer.io and RudderStack
void add_posthog(Api& api, std::vector<Route>& routes);
void add_snowplow(Api& api, std::vector<Route>& routes);

// How a neighbour is served. Static.
struct Neighbour {
  using Read = Result<neighbours::Batch> (*)(json::Document document, const Request& request);
  Read read = nullptr;
  // The key in a body or a path, in this neighbour's form: a handle's name or an access token. Empty if none.
  using Key = std::string (*)(const Request& request, const json::Value& body);
  Key key = nullptr;
  // The error for what is too large: one after which the library does not retry, or kPayloadTooLarge if it then halves.
  FaultCode too_large = FaultCode::kInvalidPayload;
  bool retries_413 = false;  // forever, so 413 must never be sent
  bool wants_ok = false;     // the response is the text "ok" unless something was rejected
};

// A neighbour's POST route. It is public: the key identifies the sender.
Route neighbour_route(Api& api, std::string_view pattern, const Neighbour& neighbour, std::string_view summary);

// Adds the result of a batch to an open object: "accepted", "duplicates", "denied", "rejected", "warnings".
void write_applied(json::Writer& out, const neighbours::Applied& applied);

// For a custom handler: processes a request whose body the handler has replaced with what was sent.
void receive(Api& api, Request& request, Respond respond, const Neighbour& neighbour);

// Whether pages of other origins may call the path, and whether they do so with credentials; browsers then let them
// read the response only if it names their origin.
bool is_of_neighbours(std::string_view path);
bool is_with_credentials(std::string_view path);
// The request headers that those pages' libraries may send.
inline constexpr std::string_view kNeighbourHeaders =
    "authorization, content-type, x-retry-count, anonymousid, sentat, rsa-retry-attempt, rsa-retry-reason, "
    "rsa-since-first-attempt, rsa-since-last-attempt, sp-anonymous, if-none-match, traceparent, tracestate";

// Replaces the error code for a trait that was refused in a message that was stored.
inline constexpr std::string_view kTraitRefused = "trait_refused";

// The key in the places that every library can use besides its own form: the user of `Authorization: Basic`, or
// `writeKey` in the query, which is never an access token. Empty if none.
std::string key_in_head(const Request& request);

}  // namespace beckon::http
