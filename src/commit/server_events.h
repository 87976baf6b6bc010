// What the server tells of its own working: contract section 6.
#pragma once
#include <string_view>

#include "commit/draft.h"

namespace beckon::commit {

// A delivery has ended as failed. Of one of these events themselves nothing is told: it would never end.
void tell_failed(Draft& draft, const outbox::Delivery& delivery, int attempts, std::string_view reason);

// A subscription was disabled by the server.
void tell_disabled(Draft& draft, const outbox::Subscription& subscription);

}  // namespace beckon::commit
