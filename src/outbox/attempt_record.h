// The record of an attempt's request headers (Attempt::request_headers). One row is written for each attempt, so it
// only has the headers that cannot be derived from the delivery, in the order sent.
#pragma once
#include <string_view>

#include "outbox/delivery.h"
#include "outbox/own_header.h"

namespace beckon::outbox {

// Whether a header of the sender's request (its name in lower case) is omitted from the record.
bool follows_from_delivery(std::string_view header);

// All headers of the sender's request, in order, as shown to the operator; empty once they are erased. Recognizes
// records of versions that omitted nothing.
Headers given_headers(const Attempt& attempt, const Delivery& delivery, const SecretBox& secrets);

}  // namespace beckon::outbox
