#include "dispatch/results.h"

#include <algorithm>

#include "base/planted.h"
#include "system/log.h"

namespace beckon::dispatch {
namespace {

// A full disk stays full for a while; results are small and can wait.
constexpr Duration kFirstWait = std::chrono::milliseconds{100};
constexpr Duration kLongestWait = std::chrono::seconds{5};

}  // namespace

void Results::add(outbox::Settled settled) {
  if (added_.empty()) added_.reserve(32);
  added_.push_back(std::move(settled));
  ++unwritten_;
}

void Results::hand_over(Instant now) {
  if (!added_.empty()) settle(std::make_shared<const std::vector<outbox::Settled>>(std::exchange(added_, {})));
  if (refused_.empty() || now < again_at_) return;
  for (outbox::SettledBatch& batch : std::exchange(refused_, {})) settle(std::move(batch));
}

void Results::settle(outbox::SettledBatch batch) {
  // The callback may come after the dispatcher is gone: it only refers to the inbox.
  settlements_.settle(batch, [inbox = inbox_, batch](bool ok) {
    inbox->put([&](Messages& messages) { messages.written.emplace_back(batch, ok); });
  });
}

bool Results::written(const outbox::SettledBatch& batch, bool ok, Instant now) {
  if (ok) {
    unwritten_ -= batch->size();
    again_after_ = {};
    return true;
  }
  if (refused_.empty()) {
    again_after_ = std::clamp(again_after_ * 2, kFirstWait, kLongestWait);
    again_at_ = now + again_after_;
    log::warn("results_not_written")
        .add("results", static_cast<std::int64_t>(unwritten_))
        .add("againInMs", again_after_.count());
  }
  if (!planted(Planted::kDropRefusedResults)) refused_.push_back(batch);
  return false;
}

}  // namespace beckon::dispatch
