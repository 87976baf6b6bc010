// The works of one handle that wait for a commit, and its share of commit time.
#pragma once
#include <cstddef>
#include <cstdint>

namespace beckon::commit {

// Owned by what gets a fair share (a tenant, across all its versions); accessed by the committer only, under its lock.
struct Line {
  std::size_t works = 0;       // waiting
  std::size_t bytes = 0;       // of those works
  std::uint64_t turn = 0;      // of its next work, unless the global turn is further (committer.h)
  std::size_t late_bytes = 0;  // of records that no request waits for, in round `late_round`
  std::uint64_t late_round = 0;
};

}  // namespace beckon::commit
