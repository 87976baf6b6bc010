// Delivers: reads due deliveries from the store, sends them and has the results written. The store is authoritative;
// what is here can be read again. States, guarantees and what can be lost: outbox/doc.md.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/random.h"
#include "dispatch/endpoint_queues.h"
#include "dispatch/flights.h"
#include "dispatch/inbox.h"
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
#include "system/secret_box.h"

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
  Duration disable_after = outbox::kDisabledAfter;  // for a subscription that failed for that long without a success
  bool log_attempts = true;                         // one log line each
  // Whether an attempt may begin now; null: always. A node of several may not while it may have lost what it sends from
  // without knowing it. Asked at each step.
  std::function<bool()> may_begin = {};
  // Whether no result can be written anymore, since another node owns the data or the storage has failed; null: never.
  // A drain then waits for nothing. Asked at each step of it.
  std::function<bool()> is_lost = {};
};

// Confined to one thread unless stated otherwise. All ports outlive it.
class Dispatcher {
 public:
  Dispatcher(Ports ports, Settings settings);
  ~Dispatcher();  // abandons what is in flight; it stays due in the store

  // Works until `stop` is requested, then drains: finishes what is in flight and has it written, both within limits.
  void run(std::stop_token stop);

  // The same in steps, for a caller that owns the time. A step waits for the network for at most `most`.
  void poll(Duration most);
  void begin_drain();  // no further attempt begins
  // Nothing is in flight or unwritten, nothing can be written anymore, or the time limit has passed.
  bool drained() const;

  // Thread-safe from here on. A subscription that is not in the index does not exist for the dispatcher: whoever
  // commits puts it into the index first, then notifies the dispatcher.

  // After a commit, before its other notifications: its instant. Its deliveries are due at that time, which is in the
  // future if the clock was set back since. From one thread only.
  void committed(Instant at) {
    if (to_ms(at) > committed_at_.load()) committed_at_ = to_ms(at);
  }
  // After a commit: a delivery of this subscription is due now.
  void wake(const SubscriptionId& id) {
    inbox_->put([&](Messages& messages) { messages.woken.insert(id); });
  }
  // After a commit: the subscription or the due times of its deliveries changed (put, enabled, requeued, held).
  void changed(const SubscriptionId& id) {
    inbox_->put([&](Messages& messages) { messages.changed.insert(id); });
  }
  // At start: checks every subscription of the index.
  void wake_all() {
    inbox_->put([](Messages& messages) { messages.all = true; });
  }
  // After a commit that canceled the deliveries of a session: none of them is started once a fence has passed.
  void forget(const Handle& handle, const SessionId& session) {
    inbox_->put([&](Messages& messages) { messages.forgotten.emplace_back(handle, session); });
  }

  // `passed` is called, on the dispatcher's thread, once every attempt that begins from then on sees the index and the
  // messages as they are now; immediately, on the caller's thread, if the dispatcher has ended.
  void fence(std::move_only_function<void()> passed);
  void fence();  // blocks until then. Precondition: another thread runs the dispatcher

  // On an operator's request, a test or a retry: the endpoint whose circuit is open is probed at once, with this one.
  void probe(const SubscriptionId& id, const DeliveryId& delivery) {
    inbox_->put([&](Messages& messages) { messages.probed[id] = delivery; });
  }

  // When an endpoint whose circuit is open is tried next; std::nullopt if it is closed. Its due deliveries are `held`.
  std::optional<Instant> probe_at(const SubscriptionId& id) const { return open_.find(id); }

  // Whether an attempt is in flight or its result not written yet: the state `sending`.
  bool is_sending(const DeliveryId& id) const { return sending_.contains(id); }

 private:
  void read_inbox(Instant now);
  void take_written(const outbox::SettledBatch& batch, bool ok, Instant now);
  void adjust_to_clock(Instant now);
  void look(const SubscriptionId& id, bool changed);
  void let_probe(const SubscriptionId& id, const DeliveryId& delivery, Instant now);
  void fire_timers(Instant now);
  void refill(Instant now);
  void start(bool slow);
  void start_next(EndpointQueue& queue, Instant now);
  bool is_still_due(EndpointQueue& queue, const outbox::Delivery& delivery, Instant now);
  void withdraw(EndpointQueue& queue, outbox::Delivery delivery);  // past its valid_until
  void begin(EndpointQueue& queue, const outbox::Subscription& subscription, outbox::Due due, Instant now);
  void ended(std::uint64_t flight, SendResult result);
  void judge(EndpointQueue& queue, const outbox::Attempt& attempt);
  void judge_circuit(EndpointQueue& queue, const outbox::Attempt& attempt, const std::string& event_type,
                     std::optional<Duration> retry_after, Instant now);
  void close_circuit(EndpointQueue& queue);
  std::optional<outbox::SubscriptionChange> change_of(EndpointQueue& queue, const outbox::Verdict& verdict,
                                                      Instant now);
  void offer(EndpointQueue& queue);  // to Refill, Turns or a timer, as its state requires
  bool close_if_gone(EndpointQueue& queue);
  void age(Instant now);
  Duration wait(Instant now, Duration most) const;
  void log_attempt(const Flight& flight, const outbox::Settlement& settlement) const;
  void close();

  Ports ports_;
  Settings settings_;
  std::shared_ptr<Inbox> inbox_;
  SendingSet sending_;
  OpenCircuits open_;
  EndpointQueues queues_;
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
