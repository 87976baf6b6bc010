// One commit in progress: works plan into it one after the other, each seeing what earlier ones staged. Nothing is
// visible outside until the batch is on disk; then all staged sessions are published. Confined to the committing
// thread.
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

// The reason for a message of a delayed rule: outbox::Delivery::rule, anchor_at, valid_until, same.
struct DeliveryReason {
  RuleId rule;  // empty for other deliveries
  Instant anchor_at{}, valid_until{};
  std::uint64_t same = 0;
};

class Draft {
 public:
  // Where facts are read and published. All outlive the draft.
  struct Places {
    Sessions& sessions;
    Tenants& tenants;
    outbox::SubscriptionIndex& subscriptions;
    Random& random;
    RecentChanges* changes = nullptr;  // null if there are no live-feed readers
  };

  // `after`: the last journal position before this commit. `lean`: the disk is full, and only works that add no data
  // may be planned.
  Draft(const Places& places, Instant now, ledger::Position after, bool lean = false);
  ~Draft();

  Instant now() const { return batch_.at; }
  // The place of the next stored signal (ledger::Signal): greater than all before it.
  std::uint64_t take_place() { return next_place_++; }
  bool lean() const { return lean_; }
  ledger::Position after() const { return row_ - 1; }
  const Places& places() const { return places_; }

  // The plan so far. After seal() it is complete, including the changes that go first and last; no more may be planned.
  const Batch& batch() const { return batch_; }
  const Batch& seal();
  bool empty() const { return batch_.empty() && last_.empty() && tallies_.empty() && goals_.empty() && !set_back_; }

  // The session as of this draft; null if it does not exist or has expired.
  Result<ledger::SessionPtr> find(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  // Likewise, but also an expired session until its stored data is deleted; the log of its deliveries does not count.
  Result<ledger::SessionPtr> kept(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  bool denied(const ledger::SessionDigest& digest) const;
  // Likewise as `find`, but null if it is neither staged nor in memory; one at rest stays packed there.
  ledger::SessionPtr at_hand(const ledger::SessionDigest& digest);
  // Likewise as `find`, but one at rest stays packed in memory.
  Result<ledger::SessionPtr> glance(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);

  // Adds the record to the journal and stages the session with the record applied, and the visitor's own record as it
  // changes by it. Fault if that record could not be read; the draft is unchanged.
  Result<ledger::SessionPtr> append(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                    const ledger::AppendRecord& record, std::size_t* evicted = nullptr);
  Result<ledger::SessionPtr> decide(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                    const ledger::DecisionRecord& record);

  // Reads the visitor's own record now, so that no append of this commit fails on it: for works that plan many.
  std::optional<Fault> read_ahead(const Handle& handle, std::string_view visitor);

  // Marks the anchor of a delayed rule as done. Returns the session after it.
  ledger::SessionPtr done(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                          const ledger::DoneRecord& record);

  // Puts signals back into the window of a session, which exists.
  void fill(const ledger::SessionDigest& digest, ledger::SessionPtr before, const ledger::FilledRecord& record);

  // Adds a mark to the exposures of the session and its visitor. Returns the session after it. Fault if the visitor's
  // own record could not be read; the draft is unchanged.
  Result<ledger::SessionPtr> mark(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                  const ledger::MarkRecord& record);

  // Records decisions that were already returned; `records` is a sequence of journal records. Those of sessions that
  // were erased or denied meanwhile are skipped, so that no erased data is written again.
  void record_late(std::string_view records);

  // Erases a session, also from its visitor's own record. `denied_until`: until when the denial is remembered. Fault if
  // stored data could not be read; the draft is unchanged.
  std::optional<Fault> forget(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest,
                              std::string reason, std::optional<Instant> denied_until);
  // Erases sessions of a visitor, the own records of all their ids, and the delivery log of expired sessions (`past`).
  // Fault: as in forget().
  std::optional<Fault> forget_visitor(const Handle& handle, const std::vector<ledger::SessionPtr>& records,
                                      std::span<const ledger::Joined> sessions, const std::string& reason,
                                      std::span<const ledger::PastSession> past = {});
  // Expires a session and its journal rows up to `up_to`; the log of its deliveries stays. No effect if this commit has
  // changed the session.
  void expire(Expire session);
  // Denies consent again for a session that is denied and has no stored data.
  void deny(const ledger::SessionDigest& digest, Instant until);
  // A session that had denied consent has given it again.
  void consent(const ledger::SessionDigest& digest);

  // Removes metadata and visitor from the stored data of a session.
  void reduce(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);

  // The session's stored snapshot holds data that must not stay: a new one is written in this commit (Housekeeping).
  void renew(const ledger::SessionDigest& digest) { renewed_.push_back(digest); }
  const std::vector<ledger::SessionDigest>& renewed() const { return renewed_; }

  // The declaration of a trait as of this draft; null if it is unknown.
  const TraitDeclaration* find_trait(const Handle& handle, std::string_view name) const;
  std::size_t traits_of(const Handle& handle) const;  // declared and seen
  // `declaration`: null deletes it.
  void put_trait(const Handle& handle, const std::string& name, const TraitDeclaration* declaration);
  // A counter as of this draft; std::nullopt if it is not declared.
  std::optional<rules::Counter> find_counter(const Handle& handle, std::string_view name) const;
  std::size_t counters_of(const Handle& handle) const;
  // Counts from this commit on; earlier signals are backfilled. `since`: from when on all signals are still known.
  // Returns the counter as declared.
  rules::Counter declare_counter(const Handle& handle, const std::string& name, rules::Counter counter, Instant since);
  // `counter`: std::nullopt deletes it.
  void put_counter(const Handle& handle, const std::string& name, std::optional<rules::Counter> counter);
  // Adds what the session's signals of earlier commits contribute to a new counter. Fault if the own record of its
  // visitor could not be read; the draft is unchanged.
  std::optional<Fault> count_before(const ledger::SessionDigest& digest, const ledger::SessionPtr& session,
                                    std::vector<ledger::Subtotal> counted);

  // Changes traits of the visitor under an id. Fault if the id's own record could not be read; the draft is
  // unchanged.
  std::optional<Fault> say_traits(const Handle& handle, const VisitorId& id, std::vector<ledger::TraitChange> changes,
                                  std::uint64_t request_id);

  // Sets the identity in the own record of an id, which lives at least until `expires_at`.
  void identify(const Handle& handle, const VisitorId& id, ledger::Identity identity, Instant expires_at);
  // Ids were joined to a visitor or split off; `name` is the visitor's (commit/visitor.h).
  void regroup(const Handle& handle, const VisitorId& name) { regroups_.push_back({handle, name}); }
  struct Regroup {
    Handle handle;
    VisitorId name;
  };
  const std::vector<Regroup>& regroups() const { return regroups_; }
  // Visitors, each by one of their ids, whose time zone may change with this commit.
  const std::vector<Regroup>& rezoned() const { return rezoned_; }

  // Sessions that joined or left their visitor in this commit, in order.
  struct Move {
    Handle handle;
    ledger::SessionDigest session;
    ledger::SessionDigest visitor;  // of the visitor's own record
  };
  const std::vector<Move>& moves() const { return moves_; }
  // New data of the session may change the goal counts of its visitor (intake/goals.h).
  void recount(const Handle& handle, const ledger::SessionDigest& session) { recounts_.push_back({handle, session}); }
  struct Recount {
    Handle handle;
    ledger::SessionDigest session;
  };
  const std::vector<Recount>& recounts() const { return recounts_; }
  // A session changed by this commit, as of this draft; null if it is unchanged or erased.
  ledger::SessionPtr staged(const ledger::SessionDigest& digest) const;

  // The trace of the request whose work is planned next, stored in the cause of its events (outbox/traced_cause.h).
  // Null if there is none. It outlives the planning.
  void set_trace(const Trace* trace) { trace_ = trace; }

  // Adds an event, and a delivery for every subscription of the tenant that matches its type. `cause` and `payload`
  // return the JSON of both; they are called only if a subscription matches. Returns whether an event was added.
  bool add_event(const Tenant& tenant, std::string_view type, Instant occurred_at, std::string_view session,
                 const std::function<std::string()>& cause, const std::function<std::string()>& payload,
                 const DeliveryReason& reason = {});
  // Adds a custom event of the operator under a new id. Without a subscriber it is stored too, as unmatched.
  void add_own_event(const Tenant& tenant, const EventId& id, std::string_view type, std::string cause,
                     std::string_view payload);
  // An event that add_own_event added in this commit; null if there is none. Valid until the next change is planned.
  const outbox::Event* own_event(const EventId& id) const;
  // Adds an event for one subscription, whether or not it matches (webhook.test, an edited event). Returns its
  // delivery. `session`: the session whose data it contains, and with which it is erased; empty if none.
  outbox::Delivery add_event_for(const outbox::Subscription& subscription, std::string_view type, std::string cause,
                                 std::string_view payload, const SessionId& session = {});

  // Queues an ended or waiting delivery again; the store skips one that is held.
  void requeue(const outbox::Delivery& ended);
  void settle(outbox::Settlement settlement);
  void give_up(const DeliveryId& held, std::string_view reason);
  // Withdraws pending messages of a delayed rule. Applied after the commit's other changes, so that messages scheduled
  // and withdrawn in one commit are never due.
  void withdraw_reason(WithdrawReason ended);
  void withdraw_joined(WithdrawJoined joined);  // likewise
  // The clock was set back: pending attempts become due earlier by this much. Applied first: it affects deliveries of
  // earlier commits. Settlements of this commit that used a clock reading later than now() are recalculated from now(),
  // since they may already have seen part of the change.
  void set_clock_back(Duration by) { set_back_ = by; }
  std::optional<Duration> set_back() const { return set_back_; }
  // Reports a delivery, as of this commit, to the live feed. Scheduled and requeued ones are reported already.
  void notify_watchers(outbox::Delivery delivery);

  // Subscriptions. The index gets them once they are on disk (publish).
  void put_subscription(outbox::Subscription subscription);
  void remove_subscription(const SubscriptionId& id);
  // As of this draft; null if it does not exist or was removed.
  outbox::SubscriptionPtr find_subscription(const SubscriptionId& id) const;
  bool changes_subscription(const SubscriptionId& id) const { return subscriptions_.contains(id); }
  void hold_subscription(HoldSubscription hold);
  void withdraw_subscription(WithdrawSubscription withdrawal);

  void set_timer(TimerChange change);
  void set_timers(TimersOfValues change);
  void set_timers_of_rule(TimersOfRule change);  // after all set_timer calls

  void put_rule(RulePut rule);
  void put_filling(FillingPut filling);
  // The handle's tenant as of the last commit; null if it is unknown.
  TenantPtr tenant(std::string_view handle) const;
  // The handle's rules as of this draft, by which signals are stored (ledger::Signal::is_read); null if it is unknown.
  std::shared_ptr<const rules::RuleSet> rules_of(const Handle& handle) const;
  void put_rules(const Handle& handle, std::shared_ptr<const rules::RuleSet> rules) {
    rules_[handle] = std::move(rules);
  }
  void forget_rules(ForgetRules old);
  void put_replay(outbox::Replay replay);
  void count(TallyKey key, Metric metric, std::int64_t n = 1);  // without an hour, for that of the commit
  void count(TallyKey key, const GoalCounts& counts);           // for the hour of the commit

  // Housekeeping.
  void snapshot(SnapshotWrite written);
  void checkpoint(ledger::Position position);
  void rewrite_row(ledger::Position position, std::string bytes);
  void erasures_done(std::vector<ledger::Ledger::Erasure> done, bool all);
  // Applied after the commit's other changes, so that a delivery requeued in the same commit stays.
  void trim_delivery(const DeliveryId& ended);
  void trim_event(const Handle& handle, const EventId& unmatched);
  void sweep_denials(Instant ended_by);
  void sweep_journal(SweepJournal sweep);
  void sweep_replays(Instant before);
  void sweep_audit(Instant before);
  void sweep_replaced_audit(Instant before);
  void sweep_tallies(Instant before);

  void audit(const Handle& handle, Caller by, std::string_view action, std::string_view target,
             std::string detail = "{}", std::string before = {});

  // Runs on the committing thread once the batch is on disk, before requests are answered.
  void after_commit(std::move_only_function<void()> then) { after_.push_back(std::move(then)); }

  // The batch has been written; `position` is that of its journal row, or of the latest one if it has none.
  void publish(ledger::Position position);

 private:
  // The own record of an id, as of this draft.
  struct OwnRecord {
    VisitorId visitor;  // the id; empty if there is none
    ledger::SessionDigest own;
    ledger::SessionPtr record;  // null if there is none
  };
  // The own record of a browser that names a visitor whose data goes. Without a record there is none.
  struct Remembered {
    OwnRecord browser;
    std::uint32_t share = 0;  // the number to go on from, if shares of others stay; otherwise 0
  };
  // The own records that a change of a session affects: of the id it leaves, and of the id it is then kept under.
  struct Visit {
    OwnRecord left, kept;
    bool joins = false;
    Remembered said;                        // if it was the last session in which its visitor was said in its browser
    std::vector<ledger::Subtotal> counted;  // by the session so far, if it joins
  };
  // `said`: the visitor named with it. `touches`: the record may change though the session neither joins nor leaves.
  Result<Visit> visit(const Handle& handle, const ledger::SessionPtr& before, ledger::Consent after,
                      std::string_view said, bool touches);
  // Call after the change. `expires_at`: of the session under full consent; `spends` and `counted`: those of the
  // change.
  void follow(Visit visit, const ledger::SessionDigest& digest, const ledger::Session& session, Instant expires_at,
              const std::vector<ledger::Spend>& spends, const std::vector<ledger::Subtotal>& counted = {});
  Result<ledger::SessionPtr> append_counted(const ledger::SessionDigest& digest, ledger::SessionPtr before,
                                            const ledger::AppendRecord& record, bool touches, std::size_t* evicted);
  // AppendRecord::waiting of a session with this window.
  std::vector<std::uint64_t> waiting(const ledger::Window& window, const ledger::AppendRecord& record) const;
  // What the handle's counters count of the record's signals, plus removals for counters that no longer exist.
  std::vector<ledger::Subtotal> counts_of(const ledger::AppendRecord& record, const ledger::SessionPtr& before) const;
  // Adds what an expired session has counted to its visitor's own record.
  void fold(const Handle& handle, const SessionId& id, const VisitorId& visitor, const ledger::SessionDigest& digest);
  Result<ledger::SessionPtr> own_record(const Handle& handle, const SessionId& id, const ledger::SessionDigest& own);
  // What the session's browser remembers of its visitor, if no other session in `record`, the own record of the id that
  // it is kept under, is of that browser.
  Result<Remembered> said_last(const ledger::Session& session, const ledger::SessionPtr& record);
  // What the browser remembers, if it names one of the ids `gone`.
  Result<Remembered> remembered(const Handle& handle, std::string_view anonymous, std::span<const VisitorId> gone);
  void forget_said(const Handle& handle, const Remembered& said, const std::string& reason);
  Result<OwnRecord> own_record_of(const Handle& handle, const VisitorId& id, bool also_expired = false);
  // `moves`: the session moves to another id, so nothing of it may be forgotten.
  void leave(OwnRecord left, const Handle& handle, const ledger::SessionDigest& digest, bool moves);
  // Extends the expiry of all ids of a visitor; `identity` names their own records.
  void prolong(const Handle& handle, const ledger::Identity& identity, Instant expires_at);
  // Nothing is kept under the id of this browser share any more.
  void end_share(const Handle& handle, OwnRecord share);
  // Sets an expired session to null, and keeps it for end_former_life.
  void hide_expired(const ledger::SessionDigest& digest, ledger::SessionPtr& session);
  // Expires what is left of an earlier session of this id, before the new one is planned.
  void end_former_life(const ledger::SessionDigest& digest);
  void erase(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest, std::string reason,
             std::optional<Instant> denied_until, ledger::Position since, bool only_this_life = false);
  void notify_watchers(const ledger::AppendRecord& record);
  void stage(const ledger::SessionDigest& digest, ledger::SessionPtr session);
  void release(const ledger::SessionDigest& digest);
  void plan(Change change);
  void plan_event(outbox::Event event);
  outbox::Event& newest_event();
  void schedule_deliveries(const std::vector<outbox::SubscriptionPtr>& list, const DeliveryReason& reason);
  void schedule_delivery(const outbox::Subscription& subscription, const DeliveryReason& reason);
  void count(const ledger::DecisionRecord& record, const ledger::Session& session);
  void record_one(const ledger::JournalReader::Item& item, const ledger::DecisionRecord& record);

  Places places_;
  const ledger::Position row_;  // of this commit, if it writes a row
  std::uint64_t next_place_;
  const bool lean_;
  const Trace* trace_ = nullptr;  // of the work being planned
  Batch batch_;
  std::optional<Duration> set_back_;  // goes first
  std::vector<Change> last_;          // go last
  Tallies tallies_;
  GoalTallies goals_;
  std::optional<std::size_t> event_;                                          // index of the newest event in the batch
  std::unordered_map<EventId, std::size_t> own_events_;                       // their indexes in the batch
  std::map<SubscriptionId, outbox::SubscriptionPtr> subscriptions_;           // put in this commit; null if removed
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> staged_;      // null if erased
  std::vector<ledger::SessionDigest> order_;                                  // in which they were staged
  std::unordered_map<ledger::SessionDigest, std::optional<Instant>> denied_;  // set here; std::nullopt: consent given
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> expired_;     // looked up; their old state
  std::vector<ledger::SessionDigest> renewed_;
  std::unordered_set<ledger::SessionDigest> unmade_;  // visitors' own records that were looked up and do not exist
  std::vector<Move> moves_;
  std::vector<Regroup> regroups_, rezoned_;
  std::map<std::pair<Handle, std::string>, std::optional<TraitDeclaration>, std::less<>> traits_;  // put in this commit
  std::map<std::pair<Handle, std::string>, std::optional<rules::Counter>, std::less<>> counters_;  // likewise
  std::map<Handle, std::shared_ptr<const rules::RuleSet>> rules_;                                  // put in this commit
  mutable TenantPtr tenant_;  // the one looked up last: nothing changes tenants while a commit is planned
  std::vector<Recount> recounts_;
  std::vector<RecentChanges::Staged> changes_;
  std::vector<std::move_only_function<void()>> after_;
};

}  // namespace beckon::commit
