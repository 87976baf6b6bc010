// What of one handle waits for a commit, and when it is its turn: the handle's share of committing time.
#pragma once
#include <cstddef>
#include <cstdint>

namespace beckon::commit {

// Owned by whoever is shared out fairly (a tenant, over all its versions); read and changed by the committer alone,
// under its lock.
struct Line {
  std::size_t works = 0;       // waiting
  std::size_t bytes = 0;       // of these
  std::uint64_t turn = 0;      // of its next work, unless others are further already (committer.h)
  std::size_t late_bytes = 0;  // of records that no request waits for, in this round of theirs:
  std::uint64_t late_round = 0;
};

}  // namespace beckon::commit
