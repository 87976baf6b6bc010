// Request reading and response building shared by several families of routes. Thread-safe.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"
#include "http/routes/api.h"

namespace beckon::http {

Response json_response(int status, std::string body);
void refuse(Request& request, Respond& respond, const Fault& fault);

// Moves the body out of the request and parses it. Fault: it is not JSON.
Result<json::Document> body_of(Request& request);

// A handler that may block and returns its response: Run::kControl.
Handler blocking(std::function<Result<Response>(Request&)> handle);

// A route that may block, on the control pool.
Route control(Api& api, Method method, std::string_view pattern, Access access,
              std::function<Result<Response>(Api&, Request&)> handle, std::string_view summary);

// A GET that everybody may call.
Route open_route(std::string_view pattern, Handler handler, std::string_view summary, Run run = Run::kInline);

// An audit entry of the handle in the path, by the caller.
AuditEntry audit_of(const Api& api, const Request& request, std::string_view action, std::string_view target,
                    std::string detail = "{}", std::string before = {});

// Writes a member; null for the epoch.
void instant_or_null(json::Writer& out, std::string_view name, Instant at);

Response no_content();

// The body as a JSON object. Fault: kInvalidPayload for anything else.
Result<json::Document> object_of(Request& request);

// Adds an issue for each member that is not in `known`. `prefix`: prepended to its name, such as "asks[0].".
void refuse_unknown(const json::Value& object, std::initializer_list<std::string_view> known, Issues& issues,
                    const std::string& prefix = "");

// Valid UTF-8 from any bytes, with invalid ones replaced by U+FFFD. For responses of receivers.
std::string to_utf8(std::string_view bytes);

}  // namespace beckon::http
