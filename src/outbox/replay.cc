#include "outbox/replay.h"

namespace beckon::outbox {

std::string_view to_text(ReplayState state) {
  switch (state) {
    case ReplayState::kRunning: return "running";
    case ReplayState::kDone: return "done";
    case ReplayState::kCancelled: return "cancelled";
  }
  return "";
}

bool is_in_range(const ReplayRange& range, const Delivery& delivery, bool erased) {
  const bool taken = range.status
                         ? delivery.state == *range.status
                         : delivery.state == DeliveryState::kDelivered || delivery.state == DeliveryState::kFailed;
  return taken && !erased && !is_withdrawn_for_its_reason(delivery) && delivery.created_at >= range.since &&
         delivery.created_at < range.until;
}

}  // namespace beckon::outbox
