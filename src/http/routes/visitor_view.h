// What several routes of visitors have in common.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "commit/visitor.h"
#include "http/routes/api.h"

namespace beckon::http {

// Reads what is kept as of the last commit, also where it has expired and is about to go.
commit::VisitorReader kept_reader(Api& api, const Handle& handle);

// The ids that a text means: a visitorId, or, where it is the id of a browser, its shares of which something is kept,
// the newest first, else its visitor's. None: it is no id.
Result<std::vector<VisitorId>> ids_meant(const commit::VisitorReader& reader, std::string_view text);

// The own records of the first visitor whom it means. Fault: kNotFound, also where none is kept.
Result<std::vector<ledger::SessionPtr>> records_meant(const commit::VisitorReader& reader, std::string_view text);

// The ids whose own records these are.
std::vector<VisitorId> ids_of(const std::vector<ledger::SessionPtr>& records);
bool is_one_of(const std::vector<VisitorId>& ids, const VisitorId& id);
// These as others are shown them, each once, in the order given: several shares of a browser are one. Views into `ids`.
std::vector<std::string_view> shown_ids(std::span<const VisitorId> ids);

// What is kept of a visitor.
struct Kept {
  std::vector<VisitorId> ids;                // the name first
  std::vector<ledger::SessionPtr> records;   // the own records of those of which there is one
  std::vector<ledger::SessionPtr> sessions;  // those too that have expired and are about to go
  std::vector<ledger::PastSession> past;
  bool anything() const { return !sessions.empty() || !past.empty() || !records.empty(); }
};
// Of the visitor whose the id is. Fault: kNotFound; an id that was never said and one that was erased answer alike.
Result<Kept> kept_of(Api& api, const Handle& handle, std::string_view id);

// Erases all of it, in one commit, with an audit entry in which `caller` did it. `reason`: of deliveries that are
// withdrawn. Blocks for the commit. Fault: as above, or it could not be read, and nothing changed.
std::optional<Fault> erase_visitor(Api& api, const Handle& handle, std::string_view id, const Caller& caller,
                                   const std::string& reason);

// How sensitive traits are shown.
enum class Sensitive : std::uint8_t {
  kHidden,  // that they are there, and no more
  kMasked,  // enough to tell one value from another
  kShown,
};
// Where a request lists them: one value at a time is read in full, which is audited. Fault: no role in the handle.
Result<Sensitive> shown_to(const Api& api, const Request& request, const Handle& handle);

// Adds "traits" to an open object: of the visitor whose records these are, by name.
void write_traits(json::Writer& out, const commit::TraitTable& table, const std::vector<ledger::SessionPtr>& records,
                  Sensitive sensitive);

// A value as it is masked, both JSON: "j•••@company.example" of a mail address, "•••42" of a longer text, else "•••".
std::string masked(std::string_view json);

// Adds "counters" to an open object: what those of the handle have counted of that visitor, by name; null of one that
// is still filling.
void write_counters(json::Writer& out, const rules::Counters& counters, const std::vector<ledger::SessionPtr>& records,
                    Instant now);

// Adds "trait", "op", "value" and "source" to an open object; where it is hidden, that instead of the value.
void write_change(json::Writer& out, const ledger::TraitChange& change, Sensitive as);
std::string_view name_of(ledger::TraitOp op);

// Adds "traitHistory" to an open object: all that the journal still holds of what was said under these ids, oldest
// first. Reads the whole journal.
Result<void> write_trait_history(json::Writer& out, Api& api, const Handle& handle, std::span<const VisitorId> ids);

}  // namespace beckon::http
