// Creates and checks the data file before it is used: creates it completely or not at all, and refuses it with a
// sentence if it is not ours, from a newer version, or damaged.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// Creates the file with its schema if it does not exist: it is built under another name and renamed, so a crash leaves
// either nothing or the complete file. Safe if two processes try at once.
Result<void> make_data_file(const std::string& file);

// The name of a data file while everything is being moved into it (store/move): the folder has no data yet, and no
// server starts there.
std::string unfinished_data_file(const std::string& file);

// The schema version of the file (schema.h). Fault: it is not a data file of this program, is damaged, or is from a
// newer version. Writes nothing.
Result<std::int64_t> schema_of(const std::string& file);

// A named secret in its stored form; std::nullopt if there is none. Writes nothing.
Result<std::optional<std::string>> stored_secret(const std::string& file, std::string_view name);

// Checks the header, the length, and the first and last row of every table; then migrates the schema.
Result<void> admit_data_file(const std::string& file);

// What an SQLite error means for the file, for the operator; otherwise the fault of a port (faults.h).
Fault file_fault(const std::string& file, const SqliteError& error);

}  // namespace beckon::store
