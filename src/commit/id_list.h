// A sorted list of ids, for many millions of them: of what an id begins with like the one before, it has only the size.
// Not thread-safe.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace beckon::commit {

class IdList {
 public:
  IdList();
  void insert(std::string_view id);  // at most 65,535 bytes; no effect if it is in the list
  void erase(std::string_view id);   // no effect if it is not in the list
  bool empty() const;
  // The ids that begin with `prefix` and come after `behind`, at most `limit`.
  std::vector<SessionId> list(std::string_view prefix, std::string_view behind, std::size_t limit) const;
  std::size_t bytes() const { return bytes_; }  // memory used, approximately

 private:
  using Blocks = std::map<std::string, std::string, std::less<>>;
  Blocks::iterator block_of(std::string_view id) { return std::prev(blocks_.upper_bound(id)); }
  void split(Blocks::iterator block);

  // (shared:u8 rest:string)*, sorted: an id is so many bytes of the one before, none of the first, and the rest
  // (base/packing.h). Each block has the ids from its key up to the key of the next; the first key is "".
  Blocks blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace beckon::commit
