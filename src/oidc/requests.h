// The requests of a sign-in: where the browser is sent, and what the server requests from the provider. Pure.
#pragma once
#include <string>
#include <string_view>

#include "egress/egress.h"
#include "oidc/metadata.h"
#include "oidc/provider.h"
#include "oidc/started.h"

namespace beckon::oidc {

// Where the browser goes to sign in (OpenID Connect Core, section 3.1.2.1; RFC 7636).
std::string authorize_url(const Provider& provider, const Metadata& metadata, const Started& started,
                          std::string_view state, std::string_view redirect_uri);

// These leave Order::limits to the caller.
egress::Order get(const Provider& provider, const std::string& url);
egress::Order token_request(const Provider& provider, const Metadata& metadata, const Started& started,
                            std::string_view code, std::string_view redirect_uri);
egress::Order userinfo_request(const Provider& provider, const Metadata& metadata, std::string_view access_token);

}  // namespace beckon::oidc
