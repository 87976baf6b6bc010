// Creates a data folder from a backup.
#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/data_check.h"

namespace beckon::store {

// A source of data.
struct DataSource {
  std::function<Result<void>()> check;         // reads all of it and verifies its checksums
  std::function<Result<void>(int out)> write;  // writes the data file to an empty file, which the caller syncs
};

// Creates the data file of `folder`, which must have none, from the source. First checks the whole source; then writes
// the file under another name, migrates it to this version's schema, syncs it, checks it (data_check.h) and, if it is
// intact, renames it, so a crash leaves either the complete file or nothing. Returns the result of that check.
// kConflict: the folder has data or a WAL of it, or another process is using it. Otherwise the fault's message says
// what is wrong with the backup.
Result<DataCheck> restore_data(const DataSource& source, const std::string& folder, const SecretBox* secrets);
Result<DataCheck> restore_data(BackupReader& backup, const std::string& folder, const SecretBox* secrets);

// The name under which this process writes the file before renaming it.
std::string unnamed_data_file(const std::string& folder);

}  // namespace beckon::store
