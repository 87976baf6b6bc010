// Appends signals: planned on the committing thread, one request after the other, with all consequences in one commit.
#pragma once
#include <functional>

#include "commit/committer.h"
#include "decision/decision_token.h"
#include "intake/append_request.h"

namespace beckon::intake {

// The result of a request to append.
struct Appended {
  std::size_t accepted = 0;
  std::size_t duplicates = 0;
  std::vector<std::size_t> repeated;  // indexes of the duplicates in the request
  std::size_t evicted = 0;
  bool denied = false;             // consent denied: nothing was stored
  bool too_many_browsers = false;  // for a claim of the visitor (commit/visitor.h)
  std::uint64_t version = 0;
  std::size_t signal_count = 0;  // in the window now
  Instant expires_at{};
  std::optional<TraitsTaken> traits;  // if any were given
};

// Committing thread: plans one request into a commit. Fault: the refusal; the draft is unchanged.
Result<Appended> append(commit::Draft& draft, const SessionAppend& request, const decision::DecisionTokens& tokens);
// Approximate cost of planning these signals, for commit::Work::bytes.
std::size_t bytes_of(const std::vector<ledger::Signal>& signals);

// Writes the result's members into an open object: accepted … expiresAt.
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
  std::size_t bytes() const override { return bytes_of(request_.signals); }
  const Trace* trace() const override { return &request_.trace; }

 private:
  AppendRequest request_;
  const decision::DecisionTokens& tokens_;
  Done done_;
  Result<Appended> answer_;
};

}  // namespace beckon::intake
