// The tables of the data file, as an ordered list of steps. The file's user_version is the number of steps done.
#pragma once
#include "store/sqlite/connection.h"

namespace beckon::store {

inline constexpr std::int32_t kApplicationId = 0x42434b4e;  // "BCKN"

std::int64_t newest_schema();  // the number of steps this program knows

// Does the steps that the file lacks, each in its own transaction. Precondition: the file's version is not newer.
void migrate(Connection& connection);

}  // namespace beckon::store
