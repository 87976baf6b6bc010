// The audit entries of a server form one chain: each has a number and the hash of the one before, so that a changed,
// removed or inserted entry is detected. Whoever keeps the last hash elsewhere (an export does) also detects a chain
// that was rewritten as a whole.
//
// The hash of an entry is the SHA-256 of its audit_text(), which is a line of the export without its member `hash`:
// anyone can check an export with `sha256sum`. Pure.
#pragma once
#include <string>

#include "base/audit.h"

namespace beckon::access {

inline const std::string kFirstPrevious(32, '\0');  // the previous hash of the first entry

// A JSON object on one line. Its bytes are part of the format: changing them breaks all chains.
std::string audit_text(const AuditEntry& entry);

// The entry as the successor of the one with hash `previous`: with its number, the previous hash, and its own.
AuditEntry chained(AuditEntry entry, std::uint64_t number, std::string previous);

// A line of the export: audit_text() with the hash, without a line break. For an entry without a number: as if it had
// its own chain, with null for number and hashes.
std::string audit_line(const AuditEntry& entry);

}  // namespace beckon::access
