// A check of the machine that a server runs on, before it starts or while it runs.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "app/settings.h"

namespace beckon::app {

struct Finding {
  enum class Level : std::uint8_t {
    kGood,
    kWarning,  // it runs, but something should be done
    kBroken,   // it does not start, or cannot work
  };
  std::string what;
  Level level = Level::kGood;
  std::string text;  // the finding and, unless it is good, what to do
};

// The only network request is a lookup of `name`, skipped if it is empty. Changes nothing except for a file that it
// creates in the data folder and in the backup folder, and removes again.
std::vector<Finding> examine(const Settings& settings, const std::string& name);

// Prints the findings as a table. Exit status: 1 if anything is broken.
int doctor(const Settings& settings, const std::string& name);

}  // namespace beckon::app
