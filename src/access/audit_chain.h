// The audit entries of a server form one chain: each is numbered, and names the one before by hash, so that an entry
// that was changed, removed or put in between later shows. Whoever keeps the last hash elsewhere (an export does) also
// notices a chain that was rewritten as a whole.
//
// The hash of an entry is the SHA-256 of its audit_text(), which is a line of the export without its member `hash`:
// anybody can check an export with `sha256sum`. Pure.
#pragma once
#include <string>

#include "base/audit.h"

namespace beckon::access {

inline const std::string kFirstPrevious(32, '\0');  // what the first entry names, since there is none before

// A JSON object on one line. Its bytes are part of the format: a change of them breaks all chains.
std::string audit_text(const AuditEntry& entry);

// The entry as the one behind `previous`: its number, the hash before, and its own.
AuditEntry chained(AuditEntry entry, std::uint64_t number, std::string previous);

// A line of the export: audit_text() with the hash. Without a line break. Of an entry without a number: as if it had a
// chain of its own, with null in place of number and hashes.
std::string audit_line(const AuditEntry& entry);

}  // namespace beckon::access
