// What a MemoryStore holds: plain containers, with the indexes that the ports' queries need. The caller locks.
#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access/audit_chain.h"
#include "access/directory.h"
#include "commit/commit.h"
#include "delayed/timers.h"
#include "outbox/transitions.h"

namespace beckon::store {

struct JournalEntry {
  Instant at{};
  std::string bytes;
};

struct SessionRow {
  commit::SnapshotWrite snapshot;
  ledger::Position as_of = 0;
};

struct KnownSubscription {
  outbox::Subscription subscription;
  bool deleted = false;
};

struct OwedDelivery {
  outbox::Delivery delivery;
  bool erased = false;
  std::uint64_t turn = 0;  // among the session's pending deliveries, if ordered
  std::map<int, outbox::Attempt> attempts;
};

// Deliveries, with each subscription's pending ones by due time. Every change goes through put(): when an ordered
// delivery ends, it makes the session's next one due.
class Deliveries {
 public:
  using ByDue = std::set<std::pair<Instant, DeliveryId>>;

  OwedDelivery* find(const DeliveryId& id);
  void put(outbox::Delivery delivery);
  void remove(const DeliveryId& id);  // precondition: it has ended
  const std::map<DeliveryId, OwedDelivery>& all() const { return rows_; }
  const ByDue& due(const SubscriptionId& id) const;
  std::vector<DeliveryId> pending(const SubscriptionId& id) const;  // queued, retrying and held
  std::vector<DeliveryId> held() const;                             // of all subscriptions, longest first
  std::vector<DeliveryId> of_event(const Handle& handle, const EventId& id) const;
  std::vector<DeliveryId> of_subscription(const SubscriptionId& id) const;
  // With the reason to withdraw each.
  std::vector<std::pair<DeliveryId, std::string>> pending(const commit::WithdrawReason& ended) const;
  std::vector<outbox::PendingMessage> pending(const commit::WithdrawJoined& joined) const;

 private:
  using Session = std::pair<SubscriptionId, SessionId>;

  void let_next_go(const Session& session, Instant at);

  std::map<DeliveryId, OwedDelivery> rows_;
  std::map<Session, std::map<std::uint64_t, DeliveryId>> turns_;  // pending and ordered
  std::unordered_map<SubscriptionId, ByDue> due_;
  std::unordered_map<SubscriptionId, std::set<DeliveryId>> held_;
  std::unordered_map<SubscriptionId, std::set<DeliveryId>> by_subscription_;
  std::unordered_map<EventId, std::vector<DeliveryId>> by_event_;
  std::map<std::pair<Handle, RuleId>, std::set<DeliveryId>> by_rule_;  // pending ones of delayed rules
};

// Timers, also ordered by due time.
class TimerTable {
 public:
  void apply(const commit::TimerChange& change);
  void apply(const commit::TimersOfValues& change);
  void apply(const commit::TimersOfRule& wish);
  std::vector<delayed::Timer> due(Instant now, std::size_t limit) const;
  std::optional<Instant> next_due() const {
    return by_due_.empty() ? std::nullopt : std::optional(by_due_.begin()->first);
  }
  std::vector<delayed::Timer> of(const Handle& handle, const SessionId& session) const;  // earliest first

 private:
  using Key = std::tuple<Handle, SessionId, RuleId, std::uint64_t>;
  static Key key_of(const delayed::Timer& timer) { return {timer.handle, timer.session, timer.rule, timer.same}; }
  void set(const delayed::Timer& timer);
  void cancel(const Key& key);
  std::map<Key, delayed::Timer> rows_;
  std::set<std::pair<Instant, Key>> by_due_;
};

struct StoredFacts {
  std::map<ledger::Position, JournalEntry> journal;
  ledger::Position last_position = 0;
  ledger::Position checkpoint = 0;
  std::map<std::pair<Handle, SessionId>, SessionRow> snapshots;
  std::map<std::pair<Handle, SessionId>, std::map<EventId, VisitorId>> past_sessions;  // by each past life's last event
  std::map<ledger::SessionDigest, Instant> denied;
  std::map<std::pair<ledger::SessionDigest, bool>, ledger::Ledger::Erasure> erasures;  // true: reduced only

  std::map<SubscriptionId, KnownSubscription> subscriptions;
  std::map<std::pair<Handle, EventId>, outbox::Event> events;
  std::map<std::pair<Handle, SessionId>, std::vector<EventId>> events_of_session;
  Deliveries deliveries;
  TimerTable timers;
  std::map<std::pair<Handle, ReplayId>, outbox::Replay> replays;
  commit::Tallies tallies;
  commit::GoalTallies goals;

  std::map<std::pair<Handle, RuleId>, std::map<std::uint64_t, commit::RulePut>> rules;
  std::map<Handle, commit::TraitStore::Stored> traits, counters;
  std::map<Handle, std::map<RuleId, rules::FillingRule>> filling_rules;
  std::map<Handle, std::uint64_t> rules_kept;  // the oldest version that is kept

  std::map<Handle, access::HandleRecord> handles;
  std::map<std::string, access::UserRecord> users;
  std::map<std::string, Instant> ended_tokens;
  std::map<std::string, access::SignInRecord> sign_ins;         // by token
  std::map<std::string, access::InvitationRecord> invitations;  // by id
  std::map<std::pair<Handle, std::string>, access::Role> roles;
  std::map<std::pair<Handle, std::string>, std::string> role_providers;  // of roles granted by groups
  std::map<std::pair<std::string, std::string>, std::string> subjects;   // users by issuer and subject
  std::vector<access::SigningKey> signing_keys;
  std::string allowlist;  // empty if never written
  std::map<std::string, std::string> secrets;
  std::map<Handle, std::map<std::pair<Instant, AuditId>, AuditEntry>> audit;
  std::uint64_t last_audit = 0;
  std::string last_audit_hash = access::kFirstPrevious;
  std::uint64_t control_version = 0, changed_allowlist = 0;
  std::map<Handle, std::vector<access::IdentityKeyRecord>> identity_keys;  // oldest first
  std::map<Handle, std::vector<access::PatRecord>> pats;                   // oldest first
  std::map<Handle, std::uint64_t> changed_handles;                         // by the control version of its last change

  outbox::Standing standing(const SubscriptionId& id) const;
  EventId end_of_former_lives(const Handle& handle, const SessionId& session) const;  // empty if none is known
  void add_audit(const AuditEntry& entry) {
    const auto [row, is_new] = audit[entry.handle].try_emplace({entry.at, entry.id}, entry);
    if (!is_new) return;
    row->second = access::chained(entry, ++last_audit, last_audit_hash);
    last_audit_hash = row->second.hash;
  }
};

struct Facts : StoredFacts {
  std::mutex mutex;  // guards the rest
};

}  // namespace beckon::store
