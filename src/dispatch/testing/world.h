// For tests: a dispatcher in its own world. The clock only advances while the network waits, receivers respond by
// script, and the store is a table that outlives the dispatcher.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dispatch/dispatcher.h"
#include "outbox/event_body.h"
#include "outbox/signature.h"
#include "system/log.h"

namespace beckon::dispatch::testing {

using outbox::AttemptOutcome;
using outbox::DeliveryState;
using namespace std::chrono_literals;

// How a receiver responds to a request: after `latency`, or never (then the deadline ends the attempt).
struct Reply {
  SendResult result;
  Duration latency{1};
  bool never = false;
};
inline Reply status(int code, Duration latency = 1ms) {
  return {.result = {.outcome = AttemptOutcome::kStatus, .status = code, .body = "ok"}, .latency = latency};
}
inline Reply error(AttemptOutcome outcome) { return {.result = {.outcome = outcome, .error = "no"}}; }
inline Reply silence() { return {.never = true}; }

class ScriptedSender final : public Sender {
 public:
  struct Sent {
    Instant at{};
    SendRequest request;
    std::string header(std::string_view name) const {
      for (const auto& [key, value] : request.headers)
        if (key == name) return value;
      return "absent";
    }
  };
  explicit ScriptedSender(ManualClock& clock) : clock_(clock) {}

  std::function<Reply(const SendRequest&)> script = [](const SendRequest&) { return status(200); };
  std::vector<Sent> sent;
  std::size_t most_under_way = 0;

  void send(SendRequest request, Completion done) override {
    Reply reply = script(request);
    if (reply.never || reply.latency > request.whole)
      reply = {.result = {.outcome = AttemptOutcome::kTimeout, .error = "late"}, .latency = request.whole};
    reply.result.total_us = std::chrono::microseconds{reply.latency}.count();
    sent.push_back({clock_.now(), std::move(request)});
    under_way_.emplace(clock_.now() + reply.latency, Pending{std::move(reply.result), std::move(done)});
    most_under_way = std::max(most_under_way, under_way_.size());
  }
  void poll(Duration most) override {
    if (std::exchange(woken_, false)) most = Duration{0};
    const Instant until = clock_.now() + most;
    if (under_way_.empty() || under_way_.begin()->first > until) return clock_.set(until);
    clock_.set(std::max(clock_.now(), under_way_.begin()->first));
    while (!under_way_.empty() && under_way_.begin()->first <= clock_.now()) {
      Pending pending = std::move(under_way_.extract(under_way_.begin()).mapped());
      pending.done(std::move(pending.result));
    }
  }
  void wake() override { woken_ = true; }
  void abandon() override { under_way_.clear(); }

 private:
  struct Pending {
    SendResult result;
    Completion done;
  };
  ManualClock& clock_;
  std::multimap<Instant, Pending> under_way_;
  bool woken_ = false;
};

// The part of the outbox that the dispatcher does not use.
class UnaskedOutbox : public outbox::Outbox {
 public:
  Result<std::vector<outbox::Subscription>> subscriptions() override { return {}; }
  Result<std::vector<outbox::Delivery>> deliveries(const Handle&, const SubscriptionId&, std::size_t) override {
    return {};
  }
  Result<std::optional<outbox::Delivery>> delivery(const Handle&, const DeliveryId&) override { return std::nullopt; }
  Result<std::vector<outbox::Attempt>> attempts(const DeliveryId&) override { return {}; }
  Result<std::optional<outbox::Event>> event(const Handle&, const EventId&) override { return std::nullopt; }
  Result<std::vector<outbox::Delivery>> deliveries_of(const Handle&, const EventId&) override { return {}; }
  Result<std::vector<outbox::Delivery>> deliveries_of(const Handle&, const SessionId&, std::size_t) override {
    return {};
  }
  Result<std::vector<outbox::Event>> events_of(const Handle&, const SessionId&, const EventId&, std::size_t) override {
    return {};
  }
  Result<std::vector<outbox::Delivery>> held_before(Instant, std::size_t) override { return {}; }
  Result<std::vector<outbox::Delivery>> oldest(const DeliveryId&, std::size_t) override { return {}; }
  Result<std::vector<std::pair<Handle, EventId>>> unmatched_before(Instant, std::size_t) override { return {}; }
  Result<std::vector<SubscriptionId>> deleted_with_pending() override { return {}; }
  Result<std::vector<outbox::Delivery>> replayable(const SubscriptionId&, const outbox::ReplayRange&,
                                                   const outbox::DeliveryPlace&, std::size_t) override {
    return {};
  }
  Result<std::uint64_t> count_replayable(const SubscriptionId&, const outbox::ReplayRange&) override { return 0; }
  Result<std::vector<outbox::Replay>> running_replays() override { return {}; }
  Result<std::vector<outbox::Replay>> replays(const Handle&, const SubscriptionId&) override { return {}; }
  Result<std::optional<outbox::Replay>> replay(const Handle&, const ReplayId&) override { return std::nullopt; }
  Result<bool> was_known(const Handle&, const SubscriptionId&) override { return false; }
  Result<Backlog> backlog() override { return Backlog{}; }
};

// The store as the dispatcher sees it; outbox/transitions decides the states of deliveries.
class TableStore final : public UnaskedOutbox, public outbox::Settlements {
 public:
  struct Row {
    outbox::Delivery delivery;
    std::shared_ptr<const std::string> body;
    std::vector<outbox::Attempt> attempts;
  };
  TableStore(outbox::SubscriptionIndex& subscriptions, const Clock& now) : index(subscriptions), clock(now) {}

  outbox::SubscriptionIndex& index;
  const Clock& clock;
  std::map<DeliveryId, Row> rows;
  std::vector<outbox::SubscriptionChange> changes;
  bool writes = true;       // false: settle reports that nothing was written
  bool holds_back = false;  // settle reports only when release is called
  bool readable = true;
  std::function<void()> reading = [] {};  // before each read of due deliveries
  std::size_t largest_read = 0;

  void put(Row row);
  void end(const DeliveryId& id, DeliveryState state);  // as by a commit in which dispatch is not involved
  void change(const outbox::Delivery& next) { save(rows.at(next.id).delivery, next); }
  void release() {
    holds_back = false;
    for (auto& [batch, done] : std::exchange(back_, {})) settle(batch, std::move(done));
  }

  void settle(outbox::SettledBatch batch, Completion done) override {
    if (holds_back) return void(back_.emplace_back(std::move(batch), std::move(done)));
    if (writes)
      for (const outbox::Settled& one : *batch) write(one);
    done(writes);
  }
  Result<std::vector<outbox::Due>> due(const SubscriptionId& id, Instant now, std::size_t limit,
                                       const InHand& in_hand) override {
    reading();
    if (!readable) return unexpected(unavailable("No."));
    largest_read = std::max(largest_read, limit);
    std::vector<outbox::Due> list;
    for (const auto& [at, delivery] : due_[id]) {
      if (at > now || list.size() == limit) break;
      if (in_hand && in_hand(delivery)) continue;
      const Row& row = rows.at(delivery);
      list.push_back({row.delivery, row.body, row.delivery.created_at});
    }
    return list;
  }
  Result<std::optional<Instant>> next_due(const SubscriptionId& id) override {
    if (!readable) return unexpected(unavailable("No."));
    if (due_[id].empty() || due_[id].begin()->first == outbox::kBehindOthers) return std::nullopt;
    return due_[id].begin()->first;
  }
  Result<std::optional<outbox::Delivery>> delivery(const Handle&, const DeliveryId& id) override {
    if (!readable) return unexpected(unavailable("No."));
    return rows.at(id).delivery;
  }
  // Ids are in time order here.
  Result<std::vector<outbox::Delivery>> deliveries(const Handle&, const SubscriptionId& id,
                                                   std::size_t limit) override {
    std::vector<outbox::Delivery> list;
    for (auto row = rows.rbegin(); row != rows.rend() && list.size() < limit; ++row)
      if (row->second.delivery.subscription == id) list.push_back(row->second.delivery);
    return list;
  }
  Result<std::optional<outbox::Event>> event(const Handle&, const EventId& id) override {
    for (const auto& [delivery, row] : rows)
      if (row.delivery.event == id) return outbox::Event{.id = id, .body = *row.body};
    return std::nullopt;
  }

 private:
  void write(const outbox::Settled& one);
  void save(outbox::Delivery& delivery, outbox::Delivery next);
  outbox::Delivery* first_of_session(const outbox::Delivery& like);  // pending and ordered; null if there is none
  std::map<SubscriptionId, std::set<std::pair<Instant, DeliveryId>>> due_;
  std::vector<std::pair<outbox::SettledBatch, Completion>> back_;
};

struct World {
  ManualClock clock{instant_ms(1'800'000'000'000)};
  const Instant start = clock.now();
  SeededRandom random{11};
  SecretBox secrets{std::string(32, 'k')};
  outbox::SubscriptionIndex index;
  TableStore store{index, clock};
  ScriptedSender sender{clock};
  Settings settings{.log_attempts = false};
  std::unique_ptr<Dispatcher> dispatcher;
  int made = 0;

  World() { boot(); }
  void boot();  // as after a restart: a new dispatcher over the same store
  outbox::Subscription subscribe(std::string_view handle, std::string_view id);  // with URL https://<id>.example/
  void put(const outbox::Subscription& changed);
  // One of a subscription's own headers.
  outbox::OwnHeader own(const outbox::Subscription& of, std::string_view name, std::string_view value) {
    return {std::string(name), outbox::seal_header(of.handle, of.id, name, value, secrets, random)};
  }
  // Ordered if the subscription is and there is a session.
  DeliveryId owe(std::string_view subscription, std::string_view type = "link.clicked", std::string_view session = "");
  DeliveryId owe_due(std::string_view subscription, Duration valid);  // of a delayed rule, valid this long
  void run_for(Duration time);
  const TableStore::Row& row(const DeliveryId& id) const { return store.rows.at(id); }
  DeliveryState state(const DeliveryId& id) const { return row(id).delivery.state; }
  std::size_t sent_to(std::string_view subscription) const;
  std::vector<Duration> times() const;  // of the requests, since the start
};

}  // namespace beckon::dispatch::testing
