// What one evaluation reads of a session and its visitor, kept alive.
#pragma once
#include <memory>
#include <vector>

#include "commit/draft.h"
#include "commit/visitor.h"

namespace beckon::decision {

// The visitor's own window: what scope `visitor` sees.
struct Merged {
  std::vector<ledger::SessionPtr> sessions;      // oldest first
  std::shared_ptr<const ledger::Window> window;  // of all of them; null if there is no visitor, or no rule reads it
};

struct Known {
  ledger::SessionPtr session;  // null if unknown, expired, or consent is denied
  VisitorId said;              // the id that the session is kept under once the request is recorded; empty if unchanged
  std::shared_ptr<const commit::Naming> naming;  // other effects of the visitor given with the request; null if none
  std::string anonymous;  // of the browser that the session keeps once the request is recorded; empty if unchanged
  bool may_spend = true;  // false if consent is denied
  bool tells_sensitive = false;  // only for receivers of messages
  std::string same = {};         // for a delayed rule: the value it is evaluated for
  bool public_only = false;      // without proof of the visitor: only public traits count
  commit::TraitTablePtr declared = commit::TraitTable::none();  // tells which these are

  // What `gather` found; null if not requested, or if there is none.
  ledger::SessionPtr visitor;              // the own record of one of the visitor's ids
  std::vector<ledger::SessionPtr> others;  // those of the other ids, and of ids that the request adds
  Merged merged;                           // before `gather`: of an earlier evaluation by the same rules, or none
  std::vector<const ledger::PackedTraits*> traits;  // of `visitor` and `others`, or `public_traits`
  std::vector<std::shared_ptr<const ledger::PackedTraits>> public_traits;
  // Of `visitor` and `others`, and of a session that is about to join or has no visitor.
  std::vector<std::shared_ptr<const ledger::Counted>> counted_kept;
  std::vector<const ledger::Counted*> counted;
  std::shared_ptr<const std::vector<ledger::Spend>>
      joined;  // of all these, and of a session about to join; null if they are those of `visitor`
  std::vector<std::string_view> ids;  // of the own records
  std::string_view first;             // the first seen of them; empty if there is none

  std::vector<ledger::SessionPtr> records() const;  // `visitor` and `others`
  // The id whose visitor's records are read; empty if none.
  const VisitorId& whose() const;
  // Whether the session joins these on its own, so that its exposures come with it; not if the share of its browser,
  // whose record has them, joins as a whole.
  bool joins_alone() const;

  // Points into *this and the arguments. `id`: of the session, even if it is unknown.
  rules::Facts facts(const ledger::Context& context, const SessionId& id, Instant now,
                     const commit::Tenant& tenant) const;
};

// What rules read in addition to the session itself.
struct Wanted {
  bool visitor = false;                   // RuleSet::reads_visitor
  bool spends = false;                    // RuleSet::reads_spends
  bool traits = false;                    // RuleSet::reads_traits
  bool counters = false;                  // RuleSet::reads_counters
  const rules::RuleSet* rules = nullptr;  // the reading rules; needed if `visitor` is set; outlives the gathering
  bool anything() const { return visitor || spends || traits || counters; }
};
Wanted wanted_when_due(const rules::RuleSet& rules);  // by its delayed rules
Wanted wanted_by(const rules::RuleSet& rules, std::string_view trigger);

// Finds whose session it is, respecting consent; returns Known before `gather`. `said` is the visitor that the request
// names, `at_most_basic` its Sec-GPC. Fault: the session belongs to another visitor.
struct Asking {
  const commit::Tenant& tenant;
  commit::Said said;
  bool at_most_basic = false;
  bool denied = false;
  bool proven = false;  // requested with a role, or with proof of the visitor
};
Result<Known> known_of(const Asking& asking, const commit::VisitorReader& reader, ledger::SessionPtr session,
                       Instant now);

// Merges `more` into `all`; both are sorted by `at`.
void add_spends(std::vector<ledger::Spend>& all, const std::vector<ledger::Spend>& more);

// The session as of an earlier version of its own, as far as its window still shows it.
ledger::SessionPtr at_version(const ledger::SessionPtr& session, std::uint64_t version);

using commit::FindSession;

// Fills in the wanted data as `find` reads it: as of the last commit (Sessions, any thread), as of the draft
// (Draft, committing thread), or as of a past moment. `digests` only computes digests. Fault: something could not
// be read.
Result<void> gather(const FindSession& find, const commit::Sessions& digests, const Handle& handle,
                    const ledger::SessionDigest& digest, Wanted wanted, Instant now, Known& known);
Result<void> gather(commit::Sessions& source, const Handle& handle, const ledger::SessionDigest& digest, Wanted wanted,
                    Instant now, Known& known);
Result<void> gather(commit::Draft& source, const Handle& handle, const ledger::SessionDigest& digest, Wanted wanted,
                    Instant now, Known& known);

}  // namespace beckon::decision
