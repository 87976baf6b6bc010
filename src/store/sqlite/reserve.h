// Space reserved for the results of deliveries while the disk is full (safety.md, P8): a preallocated file next to the
// data file. Once it is released, SQLite can grow into its space; it is created again when there is room for twice its
// size. Confined to the committing thread.
#pragma once
#include <cstdint>
#include <string>

namespace beckon::store {

class Reserve {
 public:
  // Limited to an eighth of the file system. Adopts the file if it exists. Size 0: no reserve is ever kept.
  Reserve(std::string file, std::uint64_t size);

  std::uint64_t size() const { return size_; }

  bool held() const { return held_; }
  bool release();  // false if there was nothing to release
  bool make();     // whether it is held now; cheap if there is no room
  // Whether the file system has room for a little more (4 MiB). Tried, because no figure of it reveals a quota.
  bool has_room() const;

 private:
  static bool allocate(const std::string& file, std::uint64_t size);

  const std::string file_;
  const std::uint64_t size_;
  bool held_ = false;
};

}  // namespace beckon::store
