// What a server needs of its machine, looked at before it starts or while it runs.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "app/settings.h"

namespace beckon::app {

struct Finding {
  enum class Level : std::uint8_t {
    kGood,
    kWarning,  // it runs, but something is to be done
    kBroken,   // it does not start, or cannot do its work
  };
  std::string what;
  Level level = Level::kGood;
  std::string text;  // what was found, and unless it is good what to do
};

// The only request that leaves the machine is a look-up of `name`, which is not made if that is empty. Changes nothing
// but a file that it creates in the data folder and in the backup folder, and removes again.
std::vector<Finding> examine(const Settings& settings, const std::string& name);

// Prints the findings as a table. Exit status: 1 where anything is broken.
int doctor(const Settings& settings, const std::string& name);

}  // namespace beckon::app
