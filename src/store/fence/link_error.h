// How statements and commits of a shared database fail, as far as FencedCommit has to know, whatever the driver.
#pragma once
#include <cstdint>
#include <exception>
#include <string>

#include "store/fence/planted.h"

namespace beckon::store {

class LinkError : public std::exception {
 public:
  enum class Kind : std::uint8_t {
    kLost,        // the connection: not made, ended, or without an answer in time; so is one that leaves open whether a
                  // commit lasts
    kRolledBack,  // because of others: trying again may succeed
    kFenced,      // this process does not own one of the shards
    kTaken,       // there is a row at the position already
    kFull,
    kElse
  };
  virtual Kind kind() const = 0;
  virtual std::string code() const { return {}; }  // the driver's, for the log
  bool is_lost() const { return kind() == Kind::kLost; }
};

// Whether a commit that was answered is acknowledged. `warned`: the database gave up waiting for its replica, so that
// the commit may not be there.
inline bool is_acknowledged(bool warned) { return !warned || planted(Planted::kIgnoreWarning); }

}  // namespace beckon::store
