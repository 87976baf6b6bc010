// Moves everything from one store into another one that is empty, and compares them at the end. The order of the tables
// and rows is always the same, and the target keeps with each part how far it is, so that a move that was interrupted
// goes on where it was. The source is only read.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/move/side.h"

namespace beckon::store::move {

struct Compared {
  std::string table;
  Sum source, target;
};
struct Moved {
  bool resumed = false;
  std::vector<Compared> tables;
};

// `progressed` is called after each part with the table and how many of its rows are done; and while both are compared,
// with what is being read. Where it returns a sentence, the move ends with that; the next one goes on.
// Fault: a sentence for the operator. kConflict: the target has data of its own, or the source was changed while it was
// moved, so that the next move starts again; the target is not a store then.
using Progressed = std::function<std::optional<std::string>(const std::string& table, std::uint64_t rows)>;
Result<Moved> move_all(Side& source, Target& target, const Progressed& progressed);

}  // namespace beckon::store::move
