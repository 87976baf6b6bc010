// The record of an attempt's request headers (Attempt::request_headers). A row is written for each attempt: it has only
// the headers that do not follow from the delivery, in the order sent.
#pragma once
#include <string_view>

#include "outbox/delivery.h"
#include "outbox/own_header.h"

namespace beckon::outbox {

// Whether a header that the sender is given (its name in lower case) is left out of the record.
bool follows_from_delivery(std::string_view header);

// All headers that the sender was given, in their order, as the operator sees them; none once they are erased. Records
// of versions that left nothing out are recognized.
Headers given_headers(const Attempt& attempt, const Delivery& delivery, const SecretBox& secrets);

}  // namespace beckon::outbox
