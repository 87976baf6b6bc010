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

// Adds "traits" to an open object: of the visitor whose records these are, by name. Whoever may not see sensitive ones
// is told that they are there.
void write_traits(json::Writer& out, const commit::TraitTable& table, const std::vector<ledger::SessionPtr>& records,
                  bool may_see_sensitive);

// Adds "trait", "op", "value" and "source" to an open object; where it is hidden, that instead of the value.
void write_change(json::Writer& out, const ledger::TraitChange& change, bool hidden);
std::string_view name_of(ledger::TraitOp op);

// Adds "traitHistory" to an open object: all that the journal still holds of what was said under these ids, oldest
// first. Reads the whole journal.
Result<void> write_trait_history(json::Writer& out, Api& api, const Handle& handle, std::span<const VisitorId> ids);

}  // namespace beckon::http
