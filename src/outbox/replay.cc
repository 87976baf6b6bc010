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

}  // namespace beckon::outbox
