// Decisions: resolve decides for one trigger and is recorded; prefetch decides for several and leaves no trace until
// one is shown. Contract section 4.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commit/committer.h"
#include "decision/decision_token.h"
#include "decision/envelope.h"

namespace beckon::decision {

struct Prefetched {
  bool unchanged = false;
  std::vector<Envelope> decisions;  // in the order requested
  std::uint64_t session_version = 0;
  std::uint64_t rules_version = 0;
  std::int64_t ttl_seconds = 0;  // the shortest
  std::string etag;
};

// Thread-safe.
class Resolver {
 public:
  struct Parts {
    commit::Draft::Places places;
    commit::Committer& committer;
    const DecisionTokens& tokens;
    const Clock& clock;
  };
  explicit Resolver(Parts parts) : parts_(parts) {}

  using Done = std::move_only_function<void(const Result<Envelope>&)>;

  // Responds at once on this thread and records within 100 ms; or, if the decision has an exposure or an event is
  // scheduled for it, responds on the committing thread after the commit in which it was evaluated. Outcome none in an
  // unknown session is only counted.
  void resolve(DecisionRequest request, Done done) const;

  // The two halves of it. std::nullopt: the decision must be made in a commit, for which `merged` is set, if that is
  // needed.
  std::optional<Result<Envelope>> resolve_now(const DecisionRequest& request, Merged& merged) const;
  void resolve_in_commit(DecisionRequest request, Merged merged, Done done) const;

  Result<Prefetched> prefetch(const DecisionRequest& request) const;

  // The same as it would be at another instant, past or future, with current data. Nothing is recorded, and the
  // decisions have no ids.
  Result<Prefetched> judge_at(const DecisionRequest& request, Instant at) const;

 private:
  Parts parts_;
};

}  // namespace beckon::decision
