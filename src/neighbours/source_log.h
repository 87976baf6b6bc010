// What each key of a handle has sent through other systems' libraries, and what of it was refused: since the start of
// the server, in memory alone. It is for whoever sets a library up and sees nothing arrive. docs/neighbours.md, What
// arrives.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/instant.h"

namespace beckon::neighbours {

// Of one key: enough to see what is wrong, and not a second store of what was sent.
inline constexpr std::size_t kRefusalsKept = 200;
inline constexpr std::size_t kArrivalsKept = 50;
// Characters: of a message's id and of names that the sender chose, and of the reason of a refusal.
inline constexpr std::size_t kNameKept = 64;
inline constexpr std::size_t kIssueKept = 240;
inline constexpr std::size_t kCutNamesKept = 8;  // of one message
// Beyond them, the key that was used least recently makes room. A key takes at most 150 KB or so.
inline constexpr std::size_t kKeysOfHandle = 32;
inline constexpr std::size_t kKeysOfServer = 1'024;

struct Counts {
  std::uint64_t accepted = 0;  // messages that were stored
  std::uint64_t duplicates = 0;
  std::uint64_t denied = 0;    // not stored, since the visitor denied consent
  std::uint64_t rejected = 0;  // messages that never can be stored
  std::uint64_t cut = 0;       // stored without some of their properties
  std::uint64_t refused_requests = 0;
};

// A message that was stored. It says nothing of the visitor but its session's id.
struct Arrival {
  Instant at;           // when it was received
  std::string library;  // as it calls itself; empty: it does not
  std::string type;     // the signal's key
  std::string session;
  std::vector<std::string> cut;  // the first kCutNamesKept properties that did not fit
};

// A message that was not stored, a trait of one that was, or a whole request. No part of it repeats a value.
struct Refusal {
  Instant at;
  std::string library;  // likewise; empty for a request
  std::string path;     // the route's pattern
  std::string message;  // the message's id as it was sent; empty: it has none, or this is a request
  std::string error;    // the API's code
  std::string issue;    // what is wrong
  bool is_of_request = false;
};

// What one request adds; of the lists, the last ones are kept.
struct News {
  Instant at;
  Counts counts;
  std::deque<Arrival> arrivals;  // in the order in which they are to be seen
  std::vector<Refusal> refusals;
};

struct Source {
  std::string key;  // the handle's name, or the id of an access token
  Instant last;     // when it was used last
  Counts counts;
  std::deque<Arrival> arrivals;  // newest last, as the refusals
  std::deque<Refusal> refusals;
};

// Internally locked; a lock is held while texts are moved in, or one key's are copied out.
class SourceLog {
 public:
  explicit SourceLog(Instant since) : since_(since) {}

  Instant since() const { return since_; }

  // `key` is one that the handle has: whoever sends an unknown one adds nothing.
  void add(const Handle& handle, std::string_view key, News news);

  std::vector<Source> of(const Handle& handle) const;  // by their keys

  Counts counts() const;  // of all keys since the start, also of those that made room

 private:
  using Key = std::pair<std::string, std::string>;  // the handle, and its key
  using Entries = std::map<Key, Source>;

  Source& source_of(const Key& key);
  void make_room(Entries::iterator first, Entries::iterator last);
  Entries::iterator end_of(Entries::iterator first, const std::string& handle);  // of the handle

  const Instant since_;
  mutable std::mutex mutex_;  // guards the two below
  Entries entries_;
  Counts all_;
};

}  // namespace beckon::neighbours
