// Shared by the routes for users and their sign-ins. Thread-safe.
#pragma once
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/routes/api.h"
#include "http/routes/sign_in_failures.h"

namespace beckon::http {

access::Visit visit_of(const Request& request);

// Counts a failed sign-in by its fault, which is returned. `wrong`: the reason if the credentials are wrong.
Fault counted(Api& api, const Fault& fault, SignInFailure wrong);
// {"accessToken","expiresIn","user"}: the response of every way to sign in.
Result<Response> signed_in_response(Api& api, const Request& request, const access::SignedIn& signed_in);

// A text member of the body; adds an issue of the field if it is missing or invalid.
std::string_view text_of(const json::Value& body, const char* field, std::size_t longest, Issues& issues);

// Adds "code" and "link" to an open object: the page's URL, or only its path if the server's own URL is not known.
void write_link(const Api& api, json::Writer& out, std::string_view code);

// Adds "handles", with the role on each, to an open object.
void write_grants(json::Writer& writer, const std::vector<access::Grant>& grants);

// The user's active sign-ins, newest first. `present`: the caller's own token.
Result<Response> list_sign_ins(Api& api, const Request& request, const std::string& user, std::string_view present);

}  // namespace beckon::http
