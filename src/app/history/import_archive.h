// beckon import --format segment, rudderstack or snowplow-enriched: the archives of other systems, line by line, so
// that they can be of any length.
#pragma once
#include "app/history/import.h"
#include "neighbours/archive.h"

namespace beckon::app {

// As import_history(). Where it ends early, says with which --from-line to go on.
int import_archive(const Settings& settings, const ImportOptions& options, neighbours::ArchiveFormat format);

}  // namespace beckon::app
