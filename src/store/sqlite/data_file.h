// The data file before it is trusted: made whole or not at all, and refused with a sentence where it is not ours, newer
// than this program, or damaged.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// Makes the file with its schema where there is none: built aside and moved into place, so that a crash leaves either
// nothing or the whole. Two processes may try at once.
Result<void> make_data_file(const std::string& file);

// The step of the schema at which the file is (schema.h). Refuses what is not a data file of this program, damaged, or
// of a newer version. Writes nothing.
Result<std::int64_t> schema_of(const std::string& file);

// A named secret, as it is kept; std::nullopt if there is none. Writes nothing.
Result<std::optional<std::string>> stored_secret(const std::string& file, std::string_view name);

// Looks at the header, the length, and the first and last row of every table; then brings the schema up to date.
Result<void> admit_data_file(const std::string& file);

// What an error of SQLite says of the file, for the operator; or the fault of a port (faults.h).
Fault file_fault(const std::string& file, const SqliteError& error);

}  // namespace beckon::store
