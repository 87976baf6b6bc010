// What is known of a session and of its visitor as one judgement reads it, kept alive.
#pragma once
#include <memory>
#include <vector>

#include "commit/draft.h"
#include "commit/visitor.h"

namespace beckon::decision {

struct Known {
  ledger::SessionPtr session;  // null: never seen, expired, or consent denied
  VisitorId said;              // the id under which the session is kept once the call is recorded; empty: as it is
  std::shared_ptr<const commit::Naming> naming;  // what else comes of what the call says of its visitor; null: nothing
  bool may_spend = true;                         // false: consent denied
  bool tells_sensitive = false;                  // to receivers of messages alone
  std::string same = {};                         // of a delayed rule: the value that it is judged for
  bool public_only = false;                      // without proof of the visitor: only public traits count
  commit::TraitTablePtr declared = commit::TraitTable::none();  // which these are

  // What `gather` found; null where it was not asked for, or where there is none.
  ledger::SessionPtr visitor;                       // the visitor's own record: that of one of their ids
  std::vector<ledger::SessionPtr> others;           // those of the other ids, and of what the call makes theirs
  std::shared_ptr<const ledger::Window> merged;     // all of the visitor's, for scope visitor
  std::vector<const ledger::PackedTraits*> traits;  // of `visitor` and `others`, or `public_traits`
  std::vector<std::shared_ptr<const ledger::PackedTraits>> public_traits;
  // Of `visitor` and `others`, and of the session where it is about to join, or has no visitor.
  std::vector<std::shared_ptr<const ledger::Counted>> counted_kept;
  std::vector<const ledger::Counted*> counted;
  std::vector<ledger::SessionPtr> seen;  // whose windows these are, the oldest first
  std::shared_ptr<const std::vector<ledger::Spend>>
      joined;  // of all these, and the session's where it is about to join; null: those of `visitor` are all
  std::vector<std::string_view> ids;  // whose own records these are
  std::string_view first;             // the one of them that was seen first; empty: there is none

  std::vector<ledger::SessionPtr> records() const;  // `visitor` and `others`
  // The id whose visitor's records are read; empty: none.
  const VisitorId& whose() const;
  // Whether the session joins these by itself, so that what it spent comes with it: not where its browser's share,
  // whose record has that, joins as a whole.
  bool joins_alone() const;

  // Views point into *this and the arguments. `id`: of the session, also of one never seen.
  rules::Facts facts(const ledger::Context& context, const SessionId& id, Instant now,
                     const commit::Tenant& tenant) const;
};

// What rules read beyond the session itself.
struct Wanted {
  bool visitor = false;                   // RuleSet::reads_visitor
  bool spends = false;                    // RuleSet::reads_spends
  bool traits = false;                    // RuleSet::reads_traits
  bool counters = false;                  // RuleSet::reads_counters
  const rules::RuleSet* rules = nullptr;  // that read; needed where `visitor` is wanted, and outlives the gathering
  bool anything() const { return visitor || spends || traits || counters; }
};
Wanted wanted_when_due(const rules::RuleSet& rules);  // by a delayed rule
Wanted wanted_by(const rules::RuleSet& rules, std::string_view trigger);

// Whose session it is, so that no consent is passed by: Known as the call finds it, before `gather`. `said` is the
// visitor that the call names, `at_most_basic` its Sec-GPC. Fault: the session belongs to another visitor.
struct Asking {
  const commit::Tenant& tenant;
  commit::Said said;
  bool at_most_basic = false;
  bool denied = false;
  bool proven = false;  // asked with a role, or with proof of the visitor
};
Result<Known> known_of(const Asking& asking, const commit::VisitorReader& reader, ledger::SessionPtr session,
                       Instant now);

// Lays `more` into `all`; both are by `at`.
void add_spends(std::vector<ledger::Spend>& all, const std::vector<ledger::Spend>& more);

// The session as it stood at an earlier version of its own, as far as its window still shows it.
ledger::SessionPtr at_version(const ledger::SessionPtr& session, std::uint64_t version);

using commit::FindSession;

// Fills in what is wanted as `find` has it: as of the last commit (Sessions, any thread), of this one so far (Draft,
// committing thread), or of a moment of the past. `digests` is asked for digests alone. Fault: something could not be
// read.
Result<void> gather(const FindSession& find, const commit::Sessions& digests, const Handle& handle,
                    const ledger::SessionDigest& digest, Wanted wanted, Instant now, Known& known);
Result<void> gather(commit::Sessions& source, const Handle& handle, const ledger::SessionDigest& digest, Wanted wanted,
                    Instant now, Known& known);
Result<void> gather(commit::Draft& source, const Handle& handle, const ledger::SessionDigest& digest, Wanted wanted,
                    Instant now, Known& known);

}  // namespace beckon::decision
