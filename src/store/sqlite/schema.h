// The tables of the data file as an ordered list of steps. The file's user_version is the number of steps done.
#pragma once
#include "store/sqlite/connection.h"

namespace beckon::store {

// A row with a text key is stored within its page up to a quarter of a page, key aside; a larger one takes overflow
// pages. With 8 KiB, bodies and responses of 1 to 2 KiB take half the file size that they take with 4 KiB; the journal
// takes the same (benchmarks/store_deliveries.cc).
inline constexpr int kPageSize = 8192;

inline constexpr std::int32_t kApplicationId = 0x42434b4e;  // "BCKN"

std::int64_t newest_schema();  // the number of steps that this program knows

// Runs the steps that the file lacks, each in its own transaction. Precondition: the file's version is not newer.
// `up_to`: for tests that create the file of an older version.
void migrate(Connection& connection, std::int64_t up_to = newest_schema());

}  // namespace beckon::store
