// Whether a delivery may be resent.
#pragma once
#include "commit/draft.h"
#include "outbox/outbox.h"

namespace beckon::intake {

// Why the delivery cannot be queued again, given the draft's state; std::nullopt if it can. `is_sending`: an attempt is
// in progress, or its result is not written yet. `circuit_open`: of its endpoint; a waiting delivery can then be resent
// too, as the probe.
std::optional<Fault> refuse_retry(commit::Draft& draft, outbox::Outbox& outbox, const outbox::Delivery& delivery,
                                  bool is_sending, bool circuit_open);

}  // namespace beckon::intake
