// One commit in the making: works plan into it one after the other, each seeing what those before it staged. Nothing
// here is visible to anyone until the batch is on disk; then the staged sessions are published in one go.
// Confined to the committing thread.
#pragma once
#include <functional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "commit/changes.h"
#include "commit/commit.h"
#include "commit/sessions.h"
#include "commit/tenant.h"
#include "ledger/codec.h"
#include "outbox/subscription_index.h"

namespace beckon::commit {

class Draft {
 public:
  // Where facts are found and published. All outlive the draft.
  struct Places {
    Sessions& sessions;
    Tenants& tenants;
    outbox::SubscriptionIndex& subscriptions;
    Random& random;
    RecentChanges* changes = nullptr;  // null: nobody will ever watch
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

  // The record goes into the journal, and the session is staged as the record makes it; so is what its visitor's own
  // record becomes by it. Fault: that one could not be read, and nothing was put into the draft.
  Result<ledger::SessionPtr> append(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                    const ledger::AppendRecord& record, std::size_t* evicted = nullptr);
  Result<ledger::SessionPtr> decide(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                    const ledger::DecisionRecord& record);

  // The visitor's own record is read ahead, so that no append of this commit can fail for it: for works that plan many.
  std::optional<Fault> read_ahead(const Handle& handle, std::string_view visitor);

  // The anchor of a delayed rule is done. The session as it is then.
  ledger::SessionPtr done(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                          const ledger::DoneRecord& record);

  // Decisions that were answered already, as records one after the other. One whose session was erased or denied
  // meanwhile is skipped: nothing of it is written again.
  void record_late(std::string_view records);

  // The session's data goes, and leaves its visitor's own record. `denied_until`: the wish is remembered. Fault: what
  // is known could not be read, and nothing was put into the draft.
  std::optional<Fault> forget(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest,
                              std::string reason, std::optional<Instant> denied_until);
  // Sessions of a visitor go, and the visitor's own record. Fault: as before.
  std::optional<Fault> forget_visitor(const Handle& handle, const VisitorId& visitor,
                                      std::span<const ledger::Joined> sessions, const std::string& reason);
  // A denied session consents again.
  void consent(const ledger::SessionDigest& digest);

  // What the stored snapshot of the session holds must not stay: a new one is written in this commit (Housekeeping).
  void renew(const ledger::SessionDigest& digest) { renewed_.push_back(digest); }
  const std::vector<ledger::SessionDigest>& renewed() const { return renewed_; }

  // Sessions that joined their visitor or left it in this commit, in their order.
  struct Move {
    Handle handle;
    ledger::SessionDigest session;
    ledger::SessionDigest visitor;  // of the visitor's own record
  };
  const std::vector<Move>& moves() const { return moves_; }
  // A session that this commit changes, as it is so far; null: it changes none of this digest, or it is gone.
  ledger::SessionPtr staged(const ledger::SessionDigest& digest) const;

  // An event and a delivery for every subscription of the tenant that wants its type. `cause` and `payload` make the
  // JSON of both, only if anyone wants it. Returns whether an event was made.
  bool owe(const Tenant& tenant, std::string_view type, Instant occurred_at, std::string_view session,
           const std::function<std::string()>& cause, const std::function<std::string()>& payload);
  // An event of the operator's own, under an id that is new: kept also where nobody wants it, as unmatched.
  void owe_own(const Tenant& tenant, const EventId& id, std::string_view type, std::string cause,
               std::string_view payload);
  // One that was staged by owe_own in this commit; null: none. Valid until the next event is staged.
  const outbox::Event* own_event(const EventId& id) const;
  // An event for one subscription, wanted or not (webhook.test).
  outbox::Delivery owe_one(const outbox::Subscription& subscription, std::string_view type, std::string cause,
                           std::string_view payload);

  // One that has ended is queued again; the store skips one that has not.
  void requeue(const outbox::Delivery& ended);

  // A delivery as this commit leaves it, for those who watch. Scheduled and requeued ones are reported already.
  void tell(outbox::Delivery delivery);

  void audit(const Handle& handle, std::string_view actor, std::string_view action, std::string_view target,
             std::string detail = "{}");

  // Runs on the committing thread once the batch is on disk, before anyone is answered.
  void after_commit(std::move_only_function<void()> then) { after_.push_back(std::move(then)); }

  // The batch has been written; `position` is that of its journal row, or of the last.
  void publish(ledger::Position position);

 private:
  // What a change of a session does to its visitor's own record; nothing where `visitor` is empty.
  struct Visit {
    VisitorId visitor;
    ledger::SessionDigest own;
    ledger::SessionPtr record;  // as it is; null: there is none
    bool joins = false, leaves = false;
  };
  // `said`: the visitor, with the change; `touches`: the record may change though the session neither joins nor leaves.
  Result<Visit> visit(const Handle& handle, const ledger::SessionPtr& before, ledger::Consent after,
                      std::string_view said, bool touches);
  // Behind the change. `expires_at`: of the session, were it of full consent; `spends`: those of the change.
  void follow(Visit visit, const ledger::SessionDigest& digest, const ledger::Session& session, Instant expires_at,
              const std::vector<ledger::Spend>& spends);
  Result<ledger::SessionPtr> own_record(const Handle& handle, const SessionId& id, const ledger::SessionDigest& own);
  void leave(Visit visit, const Handle& handle, const ledger::SessionDigest& digest);
  Result<ledger::SessionPtr> kept(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  void erase(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest, std::string reason,
             std::optional<Instant> denied_until);
  void tell(const ledger::AppendRecord& record);
  void stage(const ledger::SessionDigest& digest, ledger::SessionPtr session);
  void release(const ledger::SessionDigest& digest);
  std::size_t owe_each(const std::vector<outbox::SubscriptionPtr>& list);
  void count(const ledger::DecisionRecord& record);
  void record_one(const ledger::JournalReader::Item& item, const ledger::DecisionRecord& record);

  Places places_;
  const bool lean_;
  Batch batch_;
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> staged_;  // null: gone
  std::vector<ledger::SessionDigest> order_;                              // of staging
  std::unordered_map<ledger::SessionDigest, bool> denied_;                // said in this batch
  std::vector<ledger::SessionDigest> renewed_;
  std::unordered_set<ledger::SessionDigest> unmade_;  // visitors' own records that were looked for and are not there
  std::vector<Move> moves_;
  std::unordered_map<EventId, std::size_t> own_events_;  // their places in the batch
  std::vector<RecentChanges::Staged> changes_;
  std::vector<std::move_only_function<void()>> after_;
};

}  // namespace beckon::commit
