// Space kept back for the results of deliveries while the disk is full (safety.md, P8): a preallocated file next to
// the data file. Let go, its bytes are free for SQLite to grow into; it is made again once there is room for twice
// its size. Confined to the committing thread.
#pragma once
#include <cstdint>
#include <string>

namespace beckon::store {

class Reserve {
 public:
  // At most an eighth of the file system. Takes over the file if it is there. Size 0: no reserve is ever kept.
  Reserve(std::string file, std::uint64_t size);

  std::uint64_t size() const { return size_; }

  bool held() const { return held_; }
  bool release();  // whether there was something to let go
  bool make();     // whether it is held now; cheap where there is no room
  // Whether the file system takes a little more (4 MiB). Tried, because a quota shows in no figure of it.
  bool has_room() const;

 private:
  static bool allocate(const std::string& file, std::uint64_t size);

  const std::string file_;
  const std::uint64_t size_;
  bool held_ = false;
};

}  // namespace beckon::store
