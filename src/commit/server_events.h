// Events about the server's own deliveries and subscriptions: contract section 6.
#pragma once
#include <string_view>

#include "commit/draft.h"

namespace beckon::commit {

// A delivery has failed for good. Not published for deliveries of these events themselves: that would never end.
void publish_failed(Draft& draft, const outbox::Delivery& delivery, int attempts, std::string_view reason);

// The server disabled a subscription.
void publish_disabled(Draft& draft, const outbox::Subscription& subscription);

}  // namespace beckon::commit
