// beckon import --format segment, rudderstack or snowplow-enriched: the archives of other systems, line by line, so
// that they can be of any length.
#pragma once
#include "app/history/import.h"
#include "neighbours/archive.h"

namespace beckon::app {

// Like import_history(). If it ends early, prints the --from-line to continue with.
int import_archive(const Settings& settings, const ImportOptions& options, neighbours::ArchiveFormat format);

}  // namespace beckon::app
