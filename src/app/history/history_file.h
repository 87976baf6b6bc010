// A file of historical events, read as a whole: everything that can become a signal, in chronological order.
#pragma once
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "app/history/snowplow.h"

namespace beckon::app {

struct HistoryFile {
  std::size_t read = 0;                       // records
  std::size_t sessions = 0;                   // distinct sessions among the observations
  std::vector<Observation> observations;      // oldest first; equal times in file order
  std::map<std::string, std::size_t> unread;  // records that cannot become a signal, by reason
};

// Uses memory for the stored part of each event, about a fifth of the file. The error names the line.
Result<HistoryFile, std::string> read_snowplow(std::istream& in);

}  // namespace beckon::app
