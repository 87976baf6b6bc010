// A data folder made from a backup.
#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/data_check.h"

namespace beckon::store {

// Where data comes from.
struct DataSource {
  std::function<Result<void>()> check;         // reads all of it and compares its checksums
  std::function<Result<void>(int out)> write;  // writes the data file to an empty file, which the caller syncs
};

// Makes the data file of `folder`, which must hold none, from the source. Before anything is written, the whole source
// is checked; then the file is written under another name, brought to this version's
// schema, synced, checked (data_check.h) and, if the check finds it sound, moved into place, so that a crash leaves the
// whole or nothing. What the check found is returned. kConflict: the folder holds data or a log of it, or another
// process is using it. Else the fault's message says what is wrong with the backup.
Result<DataCheck> restore_data(const DataSource& source, const std::string& folder, const SecretBox* secrets);
Result<DataCheck> restore_data(BackupReader& backup, const std::string& folder, const SecretBox* secrets);

// Where this process writes the file before it has its name.
std::string unnamed_data_file(const std::string& folder);

}  // namespace beckon::store
