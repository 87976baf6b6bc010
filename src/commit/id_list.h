// Ids in order, in little more than their bytes: a list of many millions that memory has to hold. Not thread-safe.
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
  void insert(std::string_view id);  // of at most 65,535 bytes; without effect where it is there
  void erase(std::string_view id);   // likewise where it is not
  bool empty() const;
  // Those that begin with the prefix and come after `behind`, at most `limit`.
  std::vector<SessionId> list(std::string_view prefix, std::string_view behind, std::size_t limit) const;
  std::size_t bytes() const { return bytes_; }  // memory held, about

 private:
  using Blocks = std::map<std::string, std::string, std::less<>>;
  Blocks::iterator block_of(std::string_view id) { return std::prev(blocks_.upper_bound(id)); }
  void put(std::string& block, std::size_t place, std::string_view id);
  void split(Blocks::iterator block);

  // (size:u16le id)* in order. Each block has the ids from its key on, up to the key of the next; the first key is "".
  Blocks blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace beckon::commit
