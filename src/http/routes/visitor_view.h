// Shared by several routes for visitors.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "commit/visitor.h"
#include "http/routes/api.h"

namespace beckon::http {

// Reads what is stored as of the last commit, including what has expired but is not deleted yet.
commit::VisitorReader kept_reader(Api& api, const Handle& handle);

// The ids of one visitor that a text means: itself, or for a browser's id its shares with own records (newest first) or
// else its visitor. Empty if it is not an id, or there is none. Fault: kConflict with the ids to use instead, for the
// id of a browser that several visitors have used.
Result<std::vector<VisitorId>> ids_meant(const commit::VisitorReader& reader, std::string_view text);
// The share that such a text names; std::nullopt if it names none.
std::optional<VisitorId> share_named(std::string_view text);
// The text that means the visitor of this name: for an unclaimed share of a browser that others have used too, that of
// the share, such as "~ 2:a-7f".
Result<std::string> text_of(const commit::VisitorReader& reader, const VisitorId& name);

// The own records of the visitor that the text means. Fault: kNotFound, also if there are none; otherwise as
// ids_meant().
Result<std::vector<ledger::SessionPtr>> records_meant(const commit::VisitorReader& reader, std::string_view text);

// The ids whose own records these are.
std::vector<VisitorId> ids_of(const std::vector<ledger::SessionPtr>& records);
bool is_one_of(const std::vector<VisitorId>& ids, const VisitorId& id);
// The ids as shown to others, each once, in the order given: several shares of a browser are one. Views into `ids`.
std::vector<std::string_view> shown_ids(std::span<const VisitorId> ids);

// Everything stored about a visitor.
struct Kept {
  std::vector<VisitorId> ids;                // the first one identifies the visitor
  std::vector<ledger::SessionPtr> records;   // the own records of those ids that have one
  std::vector<ledger::SessionPtr> sessions;  // including those that have expired but are not deleted yet
  std::vector<ledger::PastSession> past;
  bool anything() const { return !sessions.empty() || !past.empty() || !records.empty(); }
};
// Everything stored about the visitor with this id. Fault: kNotFound, both for an unknown id and for an erased one.
Result<Kept> kept_of(Api& api, const Handle& handle, std::string_view id);

// Erases all of it in one commit, audited as `caller`'s. `reason`: for the withdrawn deliveries. Blocks until the
// commit completes. Fault: as for kept_of(), or a read failed, or the commit; then nothing has changed.
std::optional<Fault> erase_visitor(Api& api, const Handle& handle, std::string_view id, const Caller& caller,
                                   const std::string& reason);

// How sensitive traits are shown.
enum class Sensitive : std::uint8_t {
  kHidden,  // only that they exist
  kMasked,  // enough to tell values apart
  kShown,
};
// In lists; reading a single value in full is a separate, audited request. Fault: no role in the handle.
Result<Sensitive> shown_to(const Api& api, const Request& request, const Handle& handle);

// Adds "traits" to an open object: those of the visitor whose records these are, by name.
void write_traits(json::Writer& out, const commit::TraitTable& table, const std::vector<ledger::SessionPtr>& records,
                  Sensitive sensitive);

// The masked value, as JSON: "j•••@company.example" for an e-mail address, "•••42" for a longer text, otherwise "•••".
std::string masked(std::string_view json);

// Adds "counters" to an open object: the visitor's values of the handle's counters, by name; null for a counter that is
// still filling.
void write_counters(json::Writer& out, const rules::Counters& counters, const std::vector<ledger::SessionPtr>& records,
                    Instant now);

// Adds "trait", "op", "value" and "source" to an open object; if the value is hidden or masked, marks it so.
void write_change(json::Writer& out, const ledger::TraitChange& change, Sensitive as);
std::string_view name_of(ledger::TraitOp op);

// Adds "traitHistory" to an open object: all changes under these ids that the journal still holds, oldest first. Reads
// the whole journal.
Result<void> write_trait_history(json::Writer& out, Api& api, const Handle& handle, std::span<const VisitorId> ids);

}  // namespace beckon::http
