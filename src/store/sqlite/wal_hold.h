// What keeps SQLite from overwriting frames of the WAL that have not been shipped to a backup folder
// (shipping/shipper.h): a read transaction that stays open. Frames behind its snapshot are not copied into the data
// file, and a WAL of which not all is copied does not begin again. Where all was copied when the transaction began, the
// WAL may begin again, but then nothing of the new one is copied. So whoever moves the hold forward when everything up
// to it has been read, misses nothing. This holds for writers of other processes too, since only the server copies.
//
// Between the end of one transaction and the beginning of the next one nothing may be copied: each copying of this
// process holds `copying`. Thread-safe.
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
  // To hold while frames are copied into the data file. The second does not wait, and may fail.
  std::shared_lock<std::shared_mutex> copying() { return std::shared_lock(gate_); }
  std::shared_lock<std::shared_mutex> try_copying() { return std::shared_lock(gate_, std::try_to_lock); }

  bool take();  // from now on; false: the store cannot be read
  bool move();  // to now; false: it was not held, or is not any more
  // Lets the WAL begin again although frames of it were not shipped, and logs why.
  void let_go(std::string_view why);

 private:
  bool begin();

  const std::string file_;
  std::atomic<bool> held_{false};
  std::shared_mutex gate_;
  std::unique_ptr<Connection> connection_;  // under gate_, as are transactions of it
};

}  // namespace beckon::store
