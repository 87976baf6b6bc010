// A file of history, read whole: what can become a signal, in the order of time.
#pragma once
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "app/history/snowplow.h"

namespace beckon::app {

struct HistoryFile {
  std::size_t read = 0;                       // records
  std::size_t sessions = 0;                   // different ones among the observations
  std::vector<Observation> observations;      // oldest first; those of one instant in the order of the file
  std::map<std::string, std::size_t> unread;  // records that cannot become a signal, by the reason
};

// Takes memory for what is kept of each event, about a fifth of the file. The error names the line.
Result<HistoryFile, std::string> read_snowplow(std::istream& in);

}  // namespace beckon::app
