// Names that lead into a machine, a network or a cloud's control plane rather than to the internet. Pure.
// Sources: RFC 6761 and 6762 (localhost, local), RFC 8375 (home.arpa), RFC 7686 (onion), ICANN's reservation of
// "internal" (2024), and the documentation of the clouds for their metadata services.
#pragma once
#include <string_view>

namespace beckon::egress {

// `name` is in lower case and has no trailing dot.
bool is_localhost(std::string_view name);      // localhost and everything under it
bool is_reserved_name(std::string_view name);  // local, internal, home.arpa, onion, localhost and all under them
bool is_metadata_name(std::string_view name);

}  // namespace beckon::egress
