// Imports history: signals of the past, stored as if they had arrived at their own instants, so that simulations work
// from the first day. No event is published, no timer is set, and the limit of a session does not count them. Signals
// older than the session's retention are left out and counted.
#pragma once
#include <functional>
#include <unordered_map>

#include "base/json.h"
#include "commit/committer.h"
#include "commit/tenant.h"
#include "decision/request_members.h"
#include "ledger/session.h"

namespace beckon::intake {

inline constexpr std::size_t kSignalsPerImport = 500;    // of one request: one commit
inline constexpr std::size_t kImportBytes = 512 * 1024;  // of its body

// POST …/chain/import {"signals":[{"sessionId","otherSessionId"?,"visitorId"?,"context"?, and the members of a signal;
// "at" and "id" required}]}
struct ImportRequest {
  json::Document document;
  std::vector<std::string> texts;  // as in AppendRequest
  commit::TenantPtr tenant;
  struct Entry {
    SessionId session;
    SessionId of_other;  // used instead if `session` is another visitor's; empty if none is given
    VisitorId visitor;   // of the session, if it has none yet
    ledger::Context context;
    ledger::Signal signal;
  };
  std::vector<Entry> entries;  // in the order given
  decision::Warnings warnings;
};

// Validates a body and reports every fault at once.
Result<ImportRequest> parse_import(json::Document document, const commit::Tenants& tenants, std::string_view handle,
                                   Instant now);

struct Imported {
  std::size_t accepted = 0;
  std::size_t duplicates = 0;        // their id was known
  std::size_t evicted = 0;           // of their session, left its window or did not enter it
  std::size_t beyond_retention = 0;  // left out
  std::size_t denied = 0;            // left out: their session denied consent
  decision::Warnings warnings;
};

void write(json::Writer& out, const Imported& imported);

class Import final : public commit::Work {
 public:
  using Done = std::move_only_function<void(const Result<Imported>&)>;
  Import(ImportRequest request, Done done) : request_(std::move(request)), done_(std::move(done)) {}

  void plan(commit::Draft& draft) override;
  void finish(const std::optional<Fault>& fault) override;
  commit::Line* line() const override { return request_.tenant->line.get(); }
  std::size_t bytes() const override;

 private:
  std::optional<Fault> find_sessions(commit::Draft& draft);
  std::optional<Fault> find_session(commit::Draft& draft, const SessionId& id, const ledger::SessionDigest& digest);
  std::optional<Fault> check_contexts(const commit::Draft& draft) const;
  void take(commit::Draft& draft, const ImportRequest::Entry& entry);

  ImportRequest request_;
  std::unordered_map<ledger::SessionDigest, ledger::SessionPtr> sessions_;  // of the entries, as updated so far
  Done done_;
  Result<Imported> answer_;
};

}  // namespace beckon::intake
