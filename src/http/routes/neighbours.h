// The frame of routes that other systems' libraries call: who sends, what a body is decoded from, what is answered.
// A neighbour of its own is a reader of its wire format (src/neighbours) and its paths, as in segment.cc.
#pragma once
#include <functional>
#include <string_view>

#include "http/routes/api.h"
#include "neighbours/append_messages.h"
#include "neighbours/message.h"

namespace beckon::http {

// Each adds the routes of one neighbour, or of several that speak alike.
void add_segment(Api& api, std::vector<Route>& routes);  // and Customer.io and RudderStack
void add_posthog(Api& api, std::vector<Route>& routes);
void add_snowplow(Api& api, std::vector<Route>& routes);

// How a neighbour is served. Static.
struct Neighbour {
  using Read = Result<neighbours::Batch> (*)(json::Document document, const Request& request);
  Read read = nullptr;
  // The key in a body, or a path, of its form: a handle's name or an access token. Empty: none.
  using Key = std::string (*)(const Request& request, const json::Value& body);
  Key key = nullptr;
  // What the library does not send again. Of a batch that it halves instead: kPayloadTooLarge.
  FaultCode too_large = FaultCode::kInvalidPayload;
  bool retries_413 = false;  // for ever, so that it must never be answered
  bool wants_ok = false;     // the text "ok", unless something was rejected
};

// A route of a neighbour, by POST and public: the key says who sends.
Route neighbour_route(Api& api, std::string_view pattern, const Neighbour& neighbour, std::string_view summary);

// Adds what became of a batch to an open object: "accepted", "duplicates", "denied", "rejected", "warnings".
void write_applied(json::Writer& out, const neighbours::Applied& applied);

// For a handler of its own: of a request whose body stands for what was sent.
void receive(Api& api, Request& request, Respond respond, const Neighbour& neighbour);

// Whether pages of other origins may call the path, and whether they do so with credentials, which a browser lets them
// read the answer of only where it names their origin.
bool is_of_neighbours(std::string_view path);
bool is_with_credentials(std::string_view path);
// The request headers that they may send there, by their libraries.
inline constexpr std::string_view kNeighbourHeaders =
    "authorization, content-type, x-retry-count, anonymousid, sentat, rsa-retry-attempt, rsa-retry-reason, "
    "rsa-since-first-attempt, rsa-since-last-attempt, sp-anonymous, if-none-match, traceparent, tracestate";

// In place of an error's code, of a trait of a message that was stored.
inline constexpr std::string_view kTraitRefused = "trait_refused";

// The key in what every library can send beside its own form: the user of `Authorization: Basic`, or `writeKey` in the
// query, which is never an access token. Empty: none.
std::string key_in_head(const Request& request);

}  // namespace beckon::http
