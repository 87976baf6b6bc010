// CloudEvents by a handle's own routes: docs/neighbours.md.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

void add_cloudevents(Api& api, std::vector<Route>& routes);

// Whether a request has one or several CloudEvents, by its content type or, in the binary mode, by its headers.
bool has_cloudevents(const Request& request);
// Of a route whose bodies may be these or JSON: why a body is neither; std::nullopt if it is.
std::optional<Fault> fault_of_type(const Request& request);
// Appends them. Of a route of a handle.
void append_cloudevents(Api& api, Request& request, Respond respond);

}  // namespace beckon::http
