#include "store/sqlite/wal_hold.h"

#include <mutex>

#include "system/log.h"

namespace beckon::store {

bool WalHold::begin() {
  try {
    if (!connection_) connection_ = std::make_unique<Connection>(file_, Connection::Mode::kReadOnly, kPatience);
    if (connection_->in_transaction()) connection_->run("COMMIT");  // of a read-only transaction
    connection_->run("BEGIN DEFERRED");
    connection_->run("SELECT 1 FROM meta LIMIT 1");  // takes the snapshot
    held_ = true;
  } catch (const SqliteError& error) {
    log::error("wal_not_held").add("code", error.code).add("message", error.what());
    connection_.reset();
    held_ = false;
  }
  return held_;
}

bool WalHold::take() {
  const std::unique_lock lock(gate_);
  return held_ || begin();
}

bool WalHold::move() {
  const std::unique_lock lock(gate_);
  return held_ && begin();
}

void WalHold::let_go(std::string_view why) {
  const std::unique_lock lock(gate_);
  if (!held_) return;
  held_ = false;  // first: a reader that sees it held after reading has read held frames
  connection_.reset();
  log::warn("backup_let_go").add("why", why).add("then", "a new base is written when the backup folder takes it");
}

}  // namespace beckon::store
