#include "app/history/history_file.h"

#include <algorithm>
#include <unordered_set>

#include "app/history/csv.h"

namespace beckon::app {

Result<HistoryFile, std::string> read_snowplow(std::istream& in) {
  HistoryFile history;
  CsvReader csv(in);
  std::vector<std::string> fields;
  const auto header = csv.next(fields);
  if (!header) return unexpected(header.error());
  if (!*header) return unexpected("the file is empty");
  const std::size_t columns = fields.size();
  const auto snowplow = Snowplow::make(fields);
  if (!snowplow) return unexpected(snowplow.error());
  std::unordered_set<std::string> sessions;
  while (true) {
    const auto more = csv.next(fields);
    if (!more) return unexpected(more.error());
    if (!*more) break;
    if (fields.size() != columns)
      return unexpected("line " + std::to_string(csv.line()) + ": " + std::to_string(fields.size()) +
                        " fields, but the header has " + std::to_string(columns));
    ++history.read;
    auto seen = snowplow->read(fields);
    if (!seen) {
      ++history.unread[seen.error()];
      continue;
    }
    sessions.insert(seen->session);
    history.observations.push_back(std::move(*seen));
  }
  history.sessions = sessions.size();
  std::ranges::stable_sort(history.observations, {}, &Observation::at);
  return history;
}

}  // namespace beckon::app
