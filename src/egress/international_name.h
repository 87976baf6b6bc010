// Validity of international host names in their ASCII form (xn--). By ICU.
#pragma once
#include <string_view>

namespace beckon::egress {

// Whether no xn-- label of `host` (lower case, ASCII) has an error by UTS 46: undecodable, or with characters that are
// mapped, disallowed or misplaced. Pure, thread-safe.
bool has_valid_international_labels(std::string_view host);

}  // namespace beckon::egress
