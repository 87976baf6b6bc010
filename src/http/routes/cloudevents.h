// CloudEvents through a handle's own routes: docs/neighbours.md.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

void add_cloudevents(Api& api, std::vector<Route>& routes);

// Whether a request carries CloudEvents, judging by its content type or, in binary mode, by its headers.
bool has_cloudevents(const Request& request);
// For a route that accepts CloudEvents or JSON: the fault if the body is neither.
std::optional<Fault> fault_of_type(const Request& request);
// Appends them. For a route of a handle.
void append_cloudevents(Api& api, Request& request, Respond respond);

}  // namespace beckon::http
