// Reading of requests and making of responses shared by several families of routes. Thread-safe.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"
#include "http/routes/api.h"

namespace beckon::http {

Response json_response(int status, std::string body);
void refuse(Request& request, Respond& respond, const Fault& fault);

// A body that must be JSON, moved out of the request.
Result<json::Document> body_of(Request& request);

// A handler that may block and returns its response: Run::kControl.
Handler blocking(std::function<Result<Response>(Request&)> handle);

// A route that may block, on the control pool.
Route control(Api& api, Method method, std::string_view pattern, Access access,
              std::function<Result<Response>(Api&, Request&)> handle, std::string_view summary);

// An audit entry of the handle in the path, by the caller.
AuditEntry audit_of(const Api& api, const Request& request, std::string_view action, std::string_view target,
                    std::string detail = "{}", std::string before = {});

// Writes a member, null for the epoch.
void instant_or_null(json::Writer& out, std::string_view name, Instant at);

Response no_content();

// A body that must be a JSON object: invalid_payload for anything else.
Result<json::Document> object_of(Request& request);

// Adds an issue for each member of the object that is none of these. `prefix`: before its name, such as "asks[0].".
void refuse_unknown(const json::Value& object, std::initializer_list<std::string_view> known, Issues& issues,
                    const std::string& prefix = "");

// Valid UTF-8 from any bytes, with invalid ones replaced by U+FFFD. For responses of receivers.
std::string to_utf8(std::string_view bytes);

}  // namespace beckon::http
