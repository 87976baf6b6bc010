// The tables of the data file, as an ordered list of steps. The file's user_version is the number of steps done.
#pragma once
#include "store/sqlite/connection.h"

namespace beckon::store {

// A row keyed by text keeps a quarter of a page in addition to its key; beyond that it takes pages of its own. With 8
// KiB, bodies and responses of 1 to 2 KiB take half the file that they take with 4; the journal costs the same
// (benchmarks/store_deliveries.cc).
inline constexpr int kPageSize = 8192;

inline constexpr std::int32_t kApplicationId = 0x42434b4e;  // "BCKN"

std::int64_t newest_schema();  // the number of steps this program knows

// Does the steps that the file lacks, each in its own transaction. Precondition: the file's version is not newer.
// `up_to`: for tests, which make the file of an older version.
void migrate(Connection& connection, std::int64_t up_to = newest_schema());

}  // namespace beckon::store
