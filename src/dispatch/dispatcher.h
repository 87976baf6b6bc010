// Pays the debt: takes what is due from the store, sends it, has the result written. The store is the truth; what is
// here can be read anew. States, promises and what can be lost: outbox/doc.md.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/random.h"
#include "base/secret_box.h"
#include "dispatch/flights.h"
#include "dispatch/inbox.h"
#include "dispatch/lanes.h"
#include "dispatch/limits.h"
#include "dispatch/metrics.h"
#include "dispatch/open_circuits.h"
#include "dispatch/refill.h"
#include "dispatch/results.h"
#include "dispatch/sender.h"
#include "dispatch/sending_set.h"
#include "dispatch/turns.h"
#include "outbox/outbox.h"
#include "outbox/retry_schedule.h"
#include "outbox/settlements.h"
#include "outbox/subscription_index.h"
#include "outbox/verdict.h"

namespace beckon::dispatch {

struct Ports {
  outbox::Outbox& outbox;
  const outbox::SubscriptionIndex& index;
  Sender& sender;
  outbox::Settlements& settlements;
  const SecretBox& secrets;
  const Clock& clock;
  Random& random;
  DispatchMetrics* metrics = nullptr;
};

struct Settings {
  Limits limits;
  outbox::RetrySchedule schedule;
  Duration disable_after = outbox::kDisabledAfter;  // a subscription that only failed for so long
  bool log_attempts = true;                         // one line each
};

// Confined to one thread, where not said otherwise. All ports outlive it.
class Dispatcher {
 public:
  Dispatcher(Ports ports, Settings settings);
  ~Dispatcher();  // abandons what is in flight: it stays due in the store

  // Works until `stop` is requested, then drains: finishes what is in flight and has it written, both within limits.
  void run(std::stop_token stop);

  // The same in steps, for whoever owns the time. A step waits for the network `most` at most.
  void poll(Duration most);
  void begin_drain();    // no attempt begins any more
  bool drained() const;  // nothing is in flight or unwritten, or the time for it is over

  // Thread-safe from here on. A subscription that is not in the index is not there for the dispatcher: whoever commits
  // puts it into the index first, then tells it here.

  // After a commit, before the rest of it is told: its instant. What it owes is due by that; where the clock was set
  // back since, that is yet to come. By one thread.
  void committed(Instant at) {
    if (to_ms(at) > committed_at_.load()) committed_at_ = to_ms(at);
  }
  // After a commit: a delivery of this subscription is due now.
  void wake(const SubscriptionId& id) {
    inbox_->put([&](Letters& letters) { letters.woken.insert(id); });
  }
  // After a commit: the subscription or the due times of its deliveries changed (put, enabled, requeued, held).
  void changed(const SubscriptionId& id) {
    inbox_->put([&](Letters& letters) { letters.changed.insert(id); });
  }
  // At start: every subscription of the index is looked at.
  void wake_all() {
    inbox_->put([](Letters& letters) { letters.all = true; });
  }
  // After a commit that withdrew the deliveries of a session: none of them is begun any more once a fence has passed.
  void forget(const Handle& handle, const SessionId& session) {
    inbox_->put([&](Letters& letters) { letters.forgotten.emplace_back(handle, session); });
  }

  // `passed` is called, on the dispatcher's thread, once every attempt that begins from then on sees the index and the
  // letters as they are now. At once, on the caller's, where the dispatcher has ended.
  void fence(std::move_only_function<void()> passed);
  void fence();  // blocks until then. Precondition: another thread works

  // An operator wants to know of an endpoint whose circuit is open: its probe may come at once.
  void probe(const SubscriptionId& id) {
    inbox_->put([&](Letters& letters) { letters.probed.insert(id); });
  }

  // When an endpoint whose circuit is open is tried next; nothing: it is closed. What is due for it counts as `held`.
  std::optional<Instant> probe_at(const SubscriptionId& id) const { return open_.find(id); }

  // Whether an attempt is under way or its result not written yet: the state `sending`.
  bool is_sending(const DeliveryId& id) const { return sending_.contains(id); }

 private:
  void read_inbox(Instant now);
  void take_written(const outbox::SettledBatch& batch, bool ok, Instant now);
  void heed_set_clock(Instant now);
  void look(const SubscriptionId& id, bool changed);
  void let_probe(const SubscriptionId& id, Instant now);
  void ring(Instant now);
  void refill(Instant now);
  void start(bool slow);
  void start_next(Lane& lane, Instant now);
  bool is_still_owed(Lane& lane, const outbox::Delivery& delivery, Instant now);
  void withdraw(Lane& lane, outbox::Delivery delivery);  // past its valid_until
  void begin(Lane& lane, const outbox::Subscription& subscription, outbox::Due due, Instant now);
  void ended(std::uint64_t flight, SendResult result);
  void judge(Lane& lane, const outbox::Attempt& attempt);
  void judge_circuit(Lane& lane, const outbox::Attempt& attempt, std::optional<Duration> retry_after, Instant now);
  void close_circuit(Lane& lane);
  std::optional<outbox::SubscriptionChange> change_of(Lane& lane, const outbox::Verdict& verdict, Instant now);
  void offer(Lane& lane);  // into the queue where it now belongs, if any
  bool close_if_gone(Lane& lane);
  void age(Instant now);
  Duration wait(Instant now, Duration most) const;
  void log_attempt(const outbox::Delivery& delivery, const outbox::Settlement& settlement) const;
  void close();

  Ports ports_;
  Settings settings_;
  std::shared_ptr<Inbox> inbox_;
  SendingSet sending_;
  OpenCircuits open_;
  Lanes lanes_;
  Refill refill_;
  Turns prompt_;
  Turns slow_;
  Flights flights_;
  Results results_;
  Instant polled_at_{};
  std::atomic<std::int64_t> committed_at_{0};  // ms, the latest since the last step
  Instant drain_until_ = kNever;               // kNever: it does not drain
  bool closed_ = false;
};

}  // namespace beckon::dispatch
