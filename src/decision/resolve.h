// Decisions: resolve answers one trigger and is recorded; prefetch answers several and leaves no trace until one is
// shown. Contract section 4.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "decision/append_request.h"
#include "decision/committer.h"
#include "decision/decision_token.h"

namespace beckon::decision {

struct DecisionRequest {
  TenantPtr tenant;
  SessionId session;
  VisitorId visitor;
  ledger::Context context;
  std::vector<std::string> triggers;  // exactly one for resolve
  std::string if_none_match;          // prefetch only
};

inline constexpr std::size_t kTriggersPerPrefetch = 20;

// Every fault at once. `many`: prefetch.
Result<DecisionRequest> parse_decision(const json::Value& root, const Tenants& tenants,
                                       std::optional<std::string_view> handle_in_path, bool many);

// The answer to one trigger. Keeps alive what its views point into.
struct Envelope {
  TenantPtr tenant;
  ledger::SessionPtr judged;  // the session as it was judged; null: never seen
  SessionId session;
  std::string id;             // dec_…
  std::string trigger;
  rules::Verdict verdict;
  ledger::Context said;       // the session's context with the call's over it; empty where the call said none
  std::uint64_t session_version = 0;
  Instant resolved_at{};

  const ledger::Context& context() const;
  std::string etag() const;
  std::int64_t ttl_seconds() const;
};

// Adds the envelope's members to an open object; with `explain`, the explanation too.
void write(json::Writer& out, const Envelope& envelope, bool explain);

struct Prefetched {
  bool unchanged = false;
  std::vector<Envelope> decisions;  // in the order asked
  std::uint64_t session_version = 0;
  std::uint64_t rules_version = 0;
  std::int64_t ttl_seconds = 0;     // the shortest
  std::string etag;
};

// Thread-safe.
class Resolver {
 public:
  struct Parts {
    Draft::Places places;
    Committer& committer;
    const DecisionTokens& tokens;
    const Clock& clock;
  };
  explicit Resolver(Parts parts) : parts_(parts) {}

  using Done = std::move_only_function<void(const Result<Envelope>&)>;

  // Answers at once on this thread, and records within 100 ms; or, where an event is owed, answers on the committing
  // thread after the commit. `none` for a session never seen is only counted.
  void resolve(DecisionRequest request, Done done) const;

  Result<Prefetched> prefetch(const DecisionRequest& request) const;

 private:
  Parts parts_;
};

}  // namespace beckon::decision
