// Labels of international host names in their ASCII form (xn--): whether they mean anything. By ICU.
#pragma once
#include <string_view>

namespace beckon::egress {

// Whether no label of `host` (lower case, ASCII) that begins with xn-- has an error by UTS 46: undecodable, of
// characters that are mapped, disallowed or misplaced. Pure, thread-safe.
bool has_valid_international_labels(std::string_view host);

}  // namespace beckon::egress
