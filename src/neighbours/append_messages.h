// Appends a batch of messages in one commit. Each is applied completely or not at all, and a refused one does not stop
// the others: the one exception to "a request is one plan", docs/neighbours.md.
#pragma once
#include <deque>
#include <functional>
#include <span>

#include "commit/committer.h"
#include "decision/decision_token.h"
#include "intake/append.h"
#include "neighbours/message.h"
#include "neighbours/source_log.h"

namespace beckon::neighbours {

// A message that names a visitor but no browser belongs to the newest of the visitor's sessions with a signal within
// this time, if the sender is trusted to speak for the visitor.
inline constexpr Duration kSameVisit = std::chrono::minutes{30};
inline constexpr std::size_t kRejectedTold = 20;  // of a batch, in the response

// The sender of a batch.
struct Sender {
  commit::TenantPtr tenant;
  bool with_role = false;      // with an access token
  bool at_most_basic = false;  // Sec-GPC: 1
};

struct Rejected {
  std::size_t index = 0;
  std::string id;                 // of the message, as sent; cut to 128 characters
  std::optional<FaultCode> code;  // std::nullopt if it was stored, except a trait
  std::string library;            // that sent it; empty if not given
  std::string issue;
};

// The results of a batch.
struct Applied {
  std::size_t accepted = 0;
  std::size_t duplicates = 0;
  std::size_t denied = 0;   // their sessions denied consent: not stored
  std::size_t refused = 0;  // for good; these are the first kRefusalsKept, by index, and with them the refused traits
                            // of messages that were stored
  std::vector<Rejected> rejected;
  decision::Warnings warnings;
  // Why some messages must be sent again, although others were stored: those are then duplicates.
  std::optional<Fault> again;
  std::size_t cut = 0;           // of the accepted ones
  std::deque<Arrival> arrivals;  // of the accepted ones, the last kArrivalsKept by event time
};

class AppendMessages final : public commit::Work {
 public:
  // Called once, on the committing thread. Fault: nothing was stored.
  using Done = std::move_only_function<void(Result<Applied>)>;

  // `most`: how many new signals may be stored; `beyond`: why the rest must be sent again. `tokens` outlives the
  // work.
  struct Allowance {
    std::size_t most = 0;
    std::optional<Fault> beyond;
  };
  AppendMessages(Batch batch, Sender sender, Allowance allowance, Instant received,
                 const decision::DecisionTokens& tokens, Trace trace, Done done);
  ~AppendMessages() override;

  void plan(commit::Draft& draft) override;
  void finish(const std::optional<Fault>& fault) override;
  commit::Line* line() const override { return sender_.tenant->line.get(); }
  std::size_t bytes() const override;
  const Trace* trace() const override { return &trace_; }

 private:
  struct Ready;  // a message that can be stored, as far as known before the commit
  struct Place;  // where it is stored

  void prepare(Message& message, Instant received);
  std::size_t plan_run(commit::Draft& draft, std::size_t first);
  Place place_of(commit::Draft& draft, const Ready& ready) const;
  // `place`: if it is another visitor's session, it is replaced by the one they get.
  Result<intake::Appended> append(commit::Draft& draft, std::span<const Ready> run, Place& place) const;
  void take(std::span<const Ready> run, const Result<intake::Appended>& appended, const Place& place);
  void note(std::span<const Ready> run, const intake::Appended& appended, const SessionId& session);
  bool is_known(commit::Draft& draft, const Ready& ready, const Place& place) const;
  void reject(const Message& message, std::optional<FaultCode> code, std::string issue);
  void put_off(const Fault& fault);

  Batch batch_;
  const Sender sender_;
  Allowance allowance_;
  const decision::DecisionTokens& tokens_;
  const Trace trace_;
  Done done_;
  std::vector<Ready> ready_;    // by the instants of their signals
  std::size_t one_by_one_ = 0;  // up to here
  Applied applied_;
};

}  // namespace beckon::neighbours
