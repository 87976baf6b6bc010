// The tables of the database as an ordered list of steps. The row `schema` of meta is the number of steps done.
//
// The first column of every key is the shard, so that a shard's rows can be moved, or live in a distributed table. The
// exceptions are small tables that every node reads: meta, shard, node, handle, and what the directory keeps of people
// and secrets.
#pragma once
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

inline constexpr int kShards = 32;

std::int64_t newest_schema();  // the number of steps that this program knows

// The steps done in the database; 0 if it has no table of this program.
std::int64_t schema_of(Connection& connection);

// Runs the steps that the database lacks, each in its own transaction. Several processes may do so at once. Throws
// PostgresError.
void migrate(Connection& connection);

}  // namespace beckon::store::postgres
