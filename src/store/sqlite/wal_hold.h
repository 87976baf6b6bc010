// Keeps SQLite from overwriting WAL frames that have not been shipped to a backup folder (shipping/shipper.h), with a
// read transaction that stays open. Frames after its snapshot are not copied into the data file, and a WAL that is not
// copied completely does not restart. If everything was copied when the transaction began, the WAL may restart, but
// then nothing of the new one is copied. So whoever moves the hold forward only after reading everything up to it
// misses nothing. This also holds for writers in other processes, since only the server copies.
//
// Nothing may be copied between the end of one transaction and the beginning of the next: each copy in this process
// holds `copying`. Thread-safe.
#pragma once
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>

#include "store/sqlite/connection.h"

namespace beckon::store {

class WalHold {
 public:
  explicit WalHold(std::string file) : file_(std::move(file)) {}

  bool held() const { return held_; }
  // Hold while copying frames into the data file. try_copying() does not wait and may fail.
  std::shared_lock<std::shared_mutex> copying() { return std::shared_lock(gate_); }
  std::shared_lock<std::shared_mutex> try_copying() { return std::shared_lock(gate_, std::try_to_lock); }

  bool take();  // from now on; false if the store cannot be read
  bool move();  // to now; false if not held (any more)
  // Lets the WAL restart although some of its frames were not shipped, and logs why.
  void let_go(std::string_view why);

 private:
  bool begin();

  const std::string file_;
  std::atomic<bool> held_{false};
  std::shared_mutex gate_;
  std::unique_ptr<Connection> connection_;  // it and its transactions are guarded by gate_
};

}  // namespace beckon::store
