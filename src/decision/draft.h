// One commit in the making: works plan into it one after the other, each seeing what those before it staged. Nothing
// here is visible to anyone until the batch is on disk; then the staged sessions are published in one go.
// Confined to the committing thread.
#pragma once
#include <functional>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "decision/commit.h"
#include "decision/sessions.h"
#include "decision/tenant.h"
#include "ledger/codec.h"
#include "outbox/subscription_index.h"

namespace beckon::decision {

class Draft {
 public:
  // Where facts are found and published. All outlive the draft.
  struct Places {
    Sessions& sessions;
    Tenants& tenants;
    outbox::SubscriptionIndex& subscriptions;
    Random& random;
  };

  // `lean`: the disk is full, and only what brings nothing in may be planned.
  Draft(const Places& places, Instant now, bool lean = false);

  Instant now() const { return batch_.at; }
  bool lean() const { return lean_; }
  const Places& places() const { return places_; }
  Batch& batch() { return batch_; }

  // The session as it will be after this commit so far; null where there is none or it has expired.
  Result<ledger::SessionPtr> find(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  bool denied(const ledger::SessionDigest& digest) const;

  // The record goes into the journal, and the session is staged as the record makes it.
  ledger::SessionPtr append(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                            const ledger::AppendRecord& record, std::size_t* evicted = nullptr);
  ledger::SessionPtr decide(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                            const ledger::DecisionRecord& record);

  // Decisions that were answered already, as records one after the other. One whose session was erased or denied
  // meanwhile is passed over: nothing of it is written again.
  void record_late(std::string_view records);

  // The session's data goes. `denied_until`: the wish is remembered.
  void forget(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest, std::string reason,
              std::optional<Instant> denied_until);
  // A denied session consents again.
  void consent(const ledger::SessionDigest& digest);

  // An event and a delivery for every subscription of the tenant that wants its type. `payload` makes the JSON of the
  // payload, only if anyone wants it. Returns whether an event was made.
  bool owe(const Tenant& tenant, std::string_view type, Instant occurred_at, std::string_view session, std::string cause,
           const std::function<std::string()>& payload);
  // An event of the operator's own, under an id that is new: kept also where nobody wants it, as unmatched.
  void owe_own(const Tenant& tenant, const EventId& id, std::string_view type, std::string cause, std::string_view payload);
  // One that was staged by owe_own in this commit; null: none. Valid until the next event is staged.
  const outbox::Event* own_event(const EventId& id) const;
  // An event for one subscription, wanted or not (webhook.test).
  outbox::Delivery owe_one(const outbox::Subscription& subscription, std::string_view type, std::string cause,
                           std::string_view payload);

  void audit(const Handle& handle, std::string_view actor, std::string_view action, std::string_view target,
             std::string detail = "{}");

  // Runs on the committing thread once the batch is on disk, before anyone is answered.
  void after_commit(std::move_only_function<void()> then) { after_.push_back(std::move(then)); }

  // The batch has been written; `position` is that of its journal row, or of the last.
  void publish(ledger::Position position);

 private:
  void stage(const ledger::SessionDigest& digest, ledger::SessionPtr session);
  void release(const ledger::SessionDigest& digest);
  std::size_t owe_each(const std::vector<outbox::SubscriptionPtr>& list, const EventId& event, std::string_view type,
                       std::string_view session);
  void record_one(const ledger::JournalReader::Item& item, const ledger::DecisionRecord& record);

  Places places_;
  const bool lean_;
  Batch batch_;
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> staged_;  // null: gone
  std::vector<ledger::SessionDigest> order_;                              // of staging
  std::unordered_map<ledger::SessionDigest, bool> denied_;                // said in this batch
  std::unordered_map<EventId, std::size_t> own_events_;  // their places in the batch
  std::vector<std::move_only_function<void()>> after_;
};

}  // namespace beckon::decision
