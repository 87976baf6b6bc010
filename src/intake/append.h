// What happens to signals: planned on the committing thread, serially, into one commit with all that follows.
#pragma once
#include <functional>

#include "commit/committer.h"
#include "decision/decision_token.h"
#include "intake/append_request.h"

namespace beckon::intake {

// What a request to append is answered with.
struct Appended {
  std::size_t accepted = 0;
  std::size_t duplicates = 0;
  std::size_t evicted = 0;
  bool denied = false;             // consent denied: nothing was stored
  bool too_many_browsers = false;  // the visitor has too many for a claim (commit/visitor.h)
  std::uint64_t version = 0;
  std::size_t signal_count = 0;  // in the window now
  Instant expires_at{};
  std::optional<TraitsTaken> traits;  // where any were said
};

// Adds the answer's members to an open object: accepted … expiresAt.
void write(json::Writer& out, const AppendRequest& request, const Appended& appended);

class Append final : public commit::Work {
 public:
  // Called once, on the committing thread, with the request still alive.
  using Done = std::move_only_function<void(const AppendRequest&, const Result<Appended>&)>;

  // `tokens` outlives the work.
  Append(AppendRequest request, const decision::DecisionTokens& tokens, Done done);

  void plan(commit::Draft& draft) override;
  void finish(const std::optional<Fault>& fault) override;
  commit::Line* line() const override { return request_.tenant->line.get(); }
  std::size_t bytes() const override;
  const Trace* trace() const override { return &request_.trace; }

 private:
  Result<Appended> planned(commit::Draft& draft);
  // The traits become known of the visitor whose the session is by now.
  Result<TraitsTaken> take(commit::Draft& draft, ledger::Consent consent, const VisitorId& visitor) const;
  Result<Appended> deny(commit::Draft& draft, const ledger::SessionDigest& digest, const ledger::SessionPtr& before);

  AppendRequest request_;
  const decision::DecisionTokens& tokens_;
  Done done_;
  Result<Appended> answer_;
};

}  // namespace beckon::intake
