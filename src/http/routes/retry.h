// Whether a delivery may be sent again.
#pragma once
#include "commit/draft.h"
#include "outbox/outbox.h"

namespace beckon::http {

// Why this delivery cannot be queued anew, as things stand in the draft; nothing: it can. `is_sending`: an attempt of
// it is under way, or ended and not yet written.
std::optional<Fault> refuse_retry(commit::Draft& draft, outbox::Outbox& outbox, const outbox::Delivery& delivery,
                                  bool is_sending);

}  // namespace beckon::http
