// The tables of the database as an ordered list of steps. The row `schema` of meta is the number of steps done, and the
// row `oldest_reader` says which programs can go on with the tables as they are: those that know at least so many
// steps.
//
// Nodes are upgraded one after the other while the others go on, so a step only adds (a table, a column that may be
// null or has a default, an index), and leaves `oldest_reader` as it was. What removes something comes one version
// later, in a step that raises `oldest_reader`: it is refused while a node lives that would not know what to do with
// it. What is written in a form that older programs cannot read begins once no node of such a program lives, and raises
// `oldest_reader` then (raise_oldest_reader).
//
// The first column of every key is the shard, so that a shard's rows can be moved, or live in a distributed table. The
// exceptions are small tables that every node reads: meta, shard, node, handle, and what the directory keeps of people
// and secrets.
#pragma once
#include <span>

#include "base/result.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

struct Step {
  const char* sql;
  std::int64_t oldest_reader;  // once it is done; never less than that of the step before
};
std::span<const Step> steps();  // that this program knows
inline std::int64_t newest_schema() { return static_cast<std::int64_t>(steps().size()); }

// The steps done in the database; 0 if it has no table of this program.
std::int64_t schema_of(Connection& connection);
// Why this program cannot work with the tables of a newer one: kConflict, for the operator. Not of older ones.
Result<void> check_readable(Connection& connection);

// Lets this program write what those of fewer than `steps` steps cannot read, which they are refused from then on.
// False: a node of such a program lives. Throws PostgresError.
bool raise_oldest_reader(Connection& connection, std::int64_t steps);
inline constexpr std::int64_t kReadsOwed = 5;  // of programs that know deliveries without rows (outbox/owed.h)

struct Patience {
  Duration lock{2'000};  // for the lock of a table, during which others may wait behind it
  Duration pause{500};   // between tries
  int tries = 20;
};
// Runs the steps that the database lacks, each in its own transaction. Several processes may do so at once. Fault, for
// the operator: kConflict, a node lives that cannot go on after a step; kUnavailable, something holds a table for too
// long. Throws PostgresError.
Result<void> migrate(Connection& connection, std::span<const Step> steps = postgres::steps(),
                     const Patience& patience = {});

}  // namespace beckon::store::postgres
