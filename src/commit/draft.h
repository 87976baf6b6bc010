// One commit in the making: works plan into it one after the other, each seeing what those before it staged. Nothing
// here is visible to anyone until the batch is on disk; then the staged sessions are published in one go.
// Confined to the committing thread.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "base/trace.h"
#include "commit/changes.h"
#include "commit/commit.h"
#include "commit/sessions.h"
#include "commit/tenant.h"
#include "ledger/codec.h"
#include "outbox/subscription_index.h"

namespace beckon::commit {

// What a message of a delayed rule is sent for: outbox::Delivery::rule, anchor_at, valid_until, same.
struct DeliveryReason {
  RuleId rule;  // empty for other deliveries
  Instant anchor_at{}, valid_until{};
  std::uint64_t same = 0;
};

class Draft {
 public:
  // Where facts are found and published. All outlive the draft.
  struct Places {
    Sessions& sessions;
    Tenants& tenants;
    outbox::SubscriptionIndex& subscriptions;
    Random& random;
    RecentChanges* changes = nullptr;  // null: no one will ever watch
  };

  // `after`: the last position of the journal before this commit. `lean`: the disk is full, and only what brings
  // nothing in may be planned.
  Draft(const Places& places, Instant now, ledger::Position after, bool lean = false);

  Instant now() const { return batch_.at; }
  // The place of the next signal that is stored (ledger::Signal): greater than all that were taken before.
  std::uint64_t take_place() { return next_place_++; }
  bool lean() const { return lean_; }
  ledger::Position after() const { return row_ - 1; }
  const Places& places() const { return places_; }

  // What is planned so far. Sealed, it is complete, with what goes first and last in it; nothing may be planned after.
  const Batch& batch() const { return batch_; }
  const Batch& seal();
  bool empty() const { return batch_.empty() && last_.empty() && tallies_.empty() && !set_back_; }

  // The session as it will be after this commit so far; null where there is none or it has expired.
  Result<ledger::SessionPtr> find(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  // Also where it has expired, as long as anything of it is kept besides the log of its deliveries.
  Result<ledger::SessionPtr> kept(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
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

  // A mark stands among the spends of the session and of its visitor. The session as it is then. Fault: the visitor's
  // own record could not be read, and nothing was put into the draft.
  Result<ledger::SessionPtr> mark(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                  const ledger::MarkRecord& record);

  // Decisions that were answered already, as records one after the other. One whose session was erased or denied
  // meanwhile is skipped: nothing of it is written again.
  void record_late(std::string_view records);

  // The session's data goes, and leaves its visitor's own record. `denied_until`: the wish is remembered. Fault: what
  // is known could not be read, and nothing was put into the draft.
  std::optional<Fault> forget(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest,
                              std::string reason, std::optional<Instant> denied_until);
  // Sessions of a visitor go, and the own records of all their ids; and what the log holds of those that have expired.
  // Fault: as before.
  std::optional<Fault> forget_visitor(const Handle& handle, const std::vector<ledger::SessionPtr>& records,
                                      std::span<const ledger::Joined> sessions, const std::string& reason,
                                      std::span<const ledger::PastSession> past = {});
  // A session that has expired goes with its journal rows up to `up_to`; the log of its deliveries stays. Nothing where
  // this commit has changed it.
  void expire(Expire session);
  // One that is denied, and of which nothing is kept, denies again.
  void deny(const ledger::SessionDigest& digest, Instant until);
  // A denied session consents again.
  void consent(const ledger::SessionDigest& digest);

  // Metadata and visitor leave what is stored of a session.
  void reduce(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);

  // What the stored snapshot of the session holds must not stay: a new one is written in this commit (Housekeeping).
  void renew(const ledger::SessionDigest& digest) { renewed_.push_back(digest); }
  const std::vector<ledger::SessionDigest>& renewed() const { return renewed_; }

  // What is known of a trait from this commit on; null: nothing.
  const TraitDeclaration* find_trait(const Handle& handle, std::string_view name) const;
  std::size_t traits_of(const Handle& handle) const;  // declared and seen
  // Null: it is deleted.
  void put_trait(const Handle& handle, const std::string& name, const TraitDeclaration* declaration);
  // A counter as it is from this commit on; nothing: it is not declared.
  std::optional<rules::Counter> find_counter(const Handle& handle, std::string_view name) const;
  std::size_t counters_of(const Handle& handle) const;
  // It counts from this commit on, and what came before is filled in. `since`: all that came from then on is still
  // known. Returns it as it is declared.
  rules::Counter declare_counter(const Handle& handle, const std::string& name, rules::Counter counter, Instant since);
  // Nothing: it is deleted.
  void put_counter(const Handle& handle, const std::string& name, std::optional<rules::Counter> counter);
  // What the session's signals of earlier commits come to for a counter that is new. Fault: the own record of its
  // visitor could not be read, and nothing was put into the draft.
  std::optional<Fault> count_before(const ledger::SessionDigest& digest, const ledger::SessionPtr& session,
                                    std::vector<ledger::Subtotal> counted);

  // Traits were said of the visitor under an id. Fault: its own record could not be read, and nothing was put into the
  // draft.
  std::optional<Fault> say_traits(const Handle& handle, const VisitorId& id, std::vector<ledger::TraitChange> changes,
                                  std::uint64_t request_id);

  // The own record of an id says this of others from now on, and lives at least until `expires_at`.
  void identify(const Handle& handle, const VisitorId& id, ledger::Identity identity, Instant expires_at);
  // Ids joined a visitor or left one, whose name this is (commit/visitor.h).
  void regroup(const Handle& handle, const VisitorId& name) { regroups_.push_back({handle, name}); }
  struct Regroup {
    Handle handle;
    VisitorId name;
  };
  const std::vector<Regroup>& regroups() const { return regroups_; }
  // Visitors, by one of their ids, whose zone may be another from this commit on.
  const std::vector<Regroup>& rezoned() const { return rezoned_; }

  // Sessions that joined their visitor or left it in this commit, in their order.
  struct Move {
    Handle handle;
    ledger::SessionDigest session;
    ledger::SessionDigest visitor;  // of the visitor's own record
  };
  const std::vector<Move>& moves() const { return moves_; }
  // What came into the session may change what goals count of its visitor (intake/goals.h).
  void recount(const Handle& handle, const ledger::SessionDigest& session) { recounts_.push_back({handle, session}); }
  struct Recount {
    Handle handle;
    ledger::SessionDigest session;
  };
  const std::vector<Recount>& recounts() const { return recounts_; }
  // A session that this commit changes, as it is so far; null: it changes none of this digest, or it is gone.
  ledger::SessionPtr staged(const ledger::SessionDigest& digest) const;

  // The trace of the request whose work is planned next: events keep it with their cause (outbox/traced_cause.h). Null:
  // of none. It outlives the planning.
  void set_trace(const Trace* trace) { trace_ = trace; }

  // An event, and a delivery for every subscription of the tenant that wants its type. `cause` and `payload` make the
  // JSON of both, only if anyone wants it. Returns whether an event was made.
  bool add_event(const Tenant& tenant, std::string_view type, Instant occurred_at, std::string_view session,
                 const std::function<std::string()>& cause, const std::function<std::string()>& payload,
                 const DeliveryReason& reason = {});
  // An event of the operator's own, under an id that is new: kept also without a subscriber, as unmatched.
  void add_own_event(const Tenant& tenant, const EventId& id, std::string_view type, std::string cause,
                     std::string_view payload);
  // One that was added by add_own_event in this commit; null if none was. Valid until the next change is planned.
  const outbox::Event* own_event(const EventId& id) const;
  // An event for one subscription, whether it wants it or not (webhook.test, an edited one). Returns its delivery.
  // `session`: whose data it has, and with which it is erased; empty: of none.
  outbox::Delivery add_event_for(const outbox::Subscription& subscription, std::string_view type, std::string cause,
                                 std::string_view payload, const SessionId& session = {});

  // A delivery that has ended, or waits, is queued again; the store skips one that is held.
  void requeue(const outbox::Delivery& ended);
  void settle(outbox::Settlement settlement) { plan(std::move(settlement)); }
  void give_up(const DeliveryId& held, std::string_view reason) { plan(GiveUp{held, std::string(reason)}); }
  // Pending messages of a delayed rule lose their reason. Applied after all else of the commit, so that what is
  // scheduled and loses its reason in one commit is never due.
  void withdraw_reason(WithdrawReason ended) { last_.emplace_back(std::move(ended)); }
  void withdraw_joined(WithdrawJoined joined) { last_.emplace_back(std::move(joined)); }  // likewise
  // What was due at an instant of the clock before it was set back is due so much earlier. Applied first: it is about
  // deliveries of earlier commits. Settlements of this one that were reckoned by a clock later than now() are reckoned
  // from now(), since they may have seen some of the times that it was set back.
  void set_clock_back(Duration by) { set_back_ = by; }
  std::optional<Duration> set_back() const { return set_back_; }
  // A delivery as this commit leaves it, for the live feed. Scheduled and requeued ones are reported already.
  void notify_watchers(outbox::Delivery delivery);

  // Subscriptions. The index has them once they are on disk (publish).
  void put_subscription(outbox::Subscription subscription);
  void remove_subscription(const SubscriptionId& id);
  // As this commit leaves it so far; null if there is none, or it was removed.
  outbox::SubscriptionPtr find_subscription(const SubscriptionId& id) const;
  bool changes_subscription(const SubscriptionId& id) const { return subscriptions_.contains(id); }
  void hold_subscription(HoldSubscription hold) { plan(std::move(hold)); }
  void withdraw_subscription(WithdrawSubscription withdrawal) { plan(std::move(withdrawal)); }

  void set_timer(TimerChange change) { plan(std::move(change)); }
  void set_timers(TimersOfValues change) { plan(std::move(change)); }
  void set_timers_of_rule(TimersOfRule change) { last_.emplace_back(std::move(change)); }  // after all set_timer

  void put_rule(RulePut rule) { plan(std::move(rule)); }
  void forget_rules(ForgetRules old) { plan(std::move(old)); }
  void put_replay(outbox::Replay replay) { plan(std::move(replay)); }
  void count(TallyKey key, Metric metric, std::int64_t n = 1);  // in the hour of the commit, whatever `key` has

  // Housekeeping.
  void snapshot(SnapshotWrite written) { plan(std::move(written)); }
  void checkpoint(ledger::Position position) { plan(Checkpoint{position}); }
  void rewrite_row(ledger::Position position, std::string bytes) { plan(JournalRewrite{position, std::move(bytes)}); }
  void erasures_done(std::vector<ledger::Ledger::Erasure> done, bool all) { plan(ErasuresDone{std::move(done), all}); }
  // Applied after all else of the commit, so that a delivery which is queued again in it stays.
  void trim_delivery(const DeliveryId& ended) { last_.emplace_back(TrimDelivery{ended}); }
  void trim_event(const Handle& handle, const EventId& unmatched) { plan(TrimEvent{handle, unmatched}); }
  void sweep_denials(Instant ended_by) { plan(SweepDenials{ended_by}); }
  void sweep_journal(SweepJournal sweep) { plan(sweep); }
  void sweep_replays(Instant before) { plan(SweepReplays{before}); }
  void sweep_audit(Instant before) { plan(SweepAudit{before}); }
  void sweep_replaced_audit(Instant before) { plan(SweepReplacedAudit{before}); }
  void sweep_tallies(Instant before) { plan(SweepTallies{before}); }

  void audit(const Handle& handle, Caller by, std::string_view action, std::string_view target,
             std::string detail = "{}", std::string before = {}) {
    plan(audit_entry(now(), places_.random, handle, std::move(by), action, target, std::move(detail),
                     std::move(before)));
  }

  // Runs on the committing thread once the batch is on disk, before anyone is answered.
  void after_commit(std::move_only_function<void()> then) { after_.push_back(std::move(then)); }

  // The batch has been written; `position` is that of its journal row, or of the last.
  void publish(ledger::Position position);

 private:
  // An id's own record, as it is.
  struct OwnRecord {
    VisitorId visitor;  // the id; empty: of none
    ledger::SessionDigest own;
    ledger::SessionPtr record;  // null: there is none
  };
  // What a change of a session does to own records: to that which it leaves, and to that under which it is kept then.
  struct Visit {
    OwnRecord left, kept;
    bool joins = false;
  };
  // `said`: the visitor, with the change; `touches`: the record may change though the session neither joins nor leaves.
  Result<Visit> visit(const Handle& handle, const ledger::SessionPtr& before, ledger::Consent after,
                      std::string_view said, bool touches);
  // Behind the change. `expires_at`: of the session, were it of full consent; `spends` and `counted`: those of the
  // change.
  void follow(Visit visit, const ledger::SessionDigest& digest, const ledger::Session& session, Instant expires_at,
              const std::vector<ledger::Spend>& spends, const std::vector<ledger::Subtotal>& counted = {});
  Result<ledger::SessionPtr> append_counted(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                            const ledger::AppendRecord& record, bool touches, std::size_t* evicted);
  // What the handle's counters count of the record's signals, and which counters that the session has are gone.
  std::vector<ledger::Subtotal> counts_of(const ledger::AppendRecord& record, const ledger::SessionPtr& before) const;
  // What an expired session has counted is folded in its visitor's own record.
  void fold(const Handle& handle, const SessionId& id, const VisitorId& visitor, const ledger::SessionDigest& digest);
  Result<ledger::SessionPtr> own_record(const Handle& handle, const SessionId& id, const ledger::SessionDigest& own);
  Result<OwnRecord> own_record_of(const Handle& handle, const VisitorId& id, bool also_expired = false);
  // `moves`: for another id, so that nothing of the session must be forgotten.
  void leave(OwnRecord left, const Handle& handle, const ledger::SessionDigest& digest, bool moves);
  // The ids of a visitor live as long as the visitor, whose own records' names are in `identity`.
  void prolong(const Handle& handle, const ledger::Identity& identity, Instant expires_at);
  // Nothing is kept under the id of a browser's share any more.
  void end_share(const Handle& handle, OwnRecord share);
  // Makes one that has expired null, and remembers it for end_former_life.
  void hide_expired(const ledger::SessionDigest& digest, ledger::SessionPtr& session);
  // What is kept of a session that begins again, where it has expired: it goes before the new life is planned.
  void end_former_life(const ledger::SessionDigest& digest);
  void erase(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest, std::string reason,
             std::optional<Instant> denied_until, ledger::Position since, bool only_this_life = false);
  void notify_watchers(const ledger::AppendRecord& record);
  void stage(const ledger::SessionDigest& digest, ledger::SessionPtr session);
  void release(const ledger::SessionDigest& digest);
  template <class T>
  void plan(T change) {
    batch_.changes.emplace_back(std::move(change));
  }
  void plan_event(outbox::Event event);
  outbox::Event& newest_event() { return std::get<outbox::Event>(batch_.changes[*event_]); }
  void schedule_deliveries(const std::vector<outbox::SubscriptionPtr>& list, const DeliveryReason& reason);
  void schedule_delivery(const outbox::Subscription& subscription, const DeliveryReason& reason);
  void count(const ledger::DecisionRecord& record, const ledger::Session& session);
  void record_one(const ledger::JournalReader::Item& item, const ledger::DecisionRecord& record);

  Places places_;
  const ledger::Position row_;  // of this commit, if it writes one
  std::uint64_t next_place_;
  const bool lean_;
  const Trace* trace_ = nullptr;  // of the work that is being planned
  Batch batch_;
  std::optional<Duration> set_back_;  // goes first
  std::vector<Change> last_;          // go last
  Tallies tallies_;
  std::optional<std::size_t> event_;                                          // place of the newest event in the batch
  std::unordered_map<EventId, std::size_t> own_events_;                       // their places in the batch
  std::map<SubscriptionId, outbox::SubscriptionPtr> subscriptions_;           // put in this commit; null: removed
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> staged_;      // null: gone
  std::vector<ledger::SessionDigest> order_;                                  // of staging
  std::unordered_map<ledger::SessionDigest, std::optional<Instant>> denied_;  // said in this batch; null: consents
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> expired_;     // that were looked for, as they were
  std::vector<ledger::SessionDigest> renewed_;
  std::unordered_set<ledger::SessionDigest> unmade_;  // visitors' own records that were looked for and are not there
  std::vector<Move> moves_;
  std::vector<Regroup> regroups_, rezoned_;
  std::map<std::pair<Handle, std::string>, std::optional<TraitDeclaration>, std::less<>> traits_;  // put in this commit
  std::map<std::pair<Handle, std::string>, std::optional<rules::Counter>, std::less<>> counters_;  // likewise
  std::vector<Recount> recounts_;
  std::vector<RecentChanges::Staged> changes_;
  std::vector<std::move_only_function<void()>> after_;
};

}  // namespace beckon::commit
