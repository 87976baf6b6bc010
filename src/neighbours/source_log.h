// What each key of a handle has sent through other systems' libraries, and what was refused: since the start of
// the server, in memory only. For people who set up a library and see nothing arrive. docs/neighbours.md, What
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

// Limits per key: enough to see what is wrong, but not a second store of the data.
inline constexpr std::size_t kRefusalsKept = 200;
inline constexpr std::size_t kArrivalsKept = 50;
// Characters of message ids and names chosen by the sender, and of the reason of a refusal.
inline constexpr std::size_t kNameKept = 64;
inline constexpr std::size_t kIssueKept = 240;
inline constexpr std::size_t kCutNamesKept = 8;  // of one message
// Beyond these, the least recently used key is dropped. A key takes at most about 150 KB.
inline constexpr std::size_t kKeysOfHandle = 32;
inline constexpr std::size_t kKeysOfServer = 1'024;

struct Counts {
  std::uint64_t accepted = 0;  // messages that were stored
  std::uint64_t duplicates = 0;
  std::uint64_t denied = 0;    // not stored, because the visitor denied consent
  std::uint64_t rejected = 0;  // messages that can never be stored
  std::uint64_t cut = 0;       // stored without some of their properties
  std::uint64_t refused_requests = 0;
};

// A stored message. Its only visitor data is the session id.
struct Arrival {
  Instant at;           // when it was received
  std::string library;  // its name for itself; empty if not given
  std::string type;     // the signal's key
  std::string session;
  std::vector<std::string> cut;  // the first kCutNamesKept properties that did not fit
};

// A refused message, a refused trait of a stored one, or a refused request. Never repeats a value.
struct Refusal {
  Instant at;
  std::string library;  // likewise; empty for a request
  std::string path;     // the route's pattern
  std::string message;  // the message's id as sent; empty if it has none, or for a request
  std::string error;    // the API's code
  std::string issue;    // what is wrong
  bool is_of_request = false;
};

// What one request adds; of the lists, the last entries are kept.
struct News {
  Instant at;
  Counts counts;
  std::deque<Arrival> arrivals;  // in display order
  std::vector<Refusal> refusals;
};

struct Source {
  std::string key;  // the handle's name, or the id of an access token
  Instant last;     // last use
  Counts counts;
  std::deque<Arrival> arrivals;  // newest last, like the refusals
  std::deque<Refusal> refusals;
};

// Internally locked; the lock is held while entries are moved in, or one key's are copied out.
class SourceLog {
 public:
  explicit SourceLog(Instant since) : since_(since) {}

  Instant since() const { return since_; }

  // `key` must be one that the handle has: unknown keys of senders add nothing.
  void add(const Handle& handle, std::string_view key, News news);

  std::vector<Source> of(const Handle& handle) const;  // by key

  Counts counts() const;  // of all keys since the start, including dropped ones

 private:
  using Key = std::pair<std::string, std::string>;  // the handle and its key
  using Entries = std::map<Key, Source>;

  Source& source_of(const Key& key);
  void make_room(Entries::iterator first, Entries::iterator last);
  Entries::iterator end_of(Entries::iterator first, const std::string& handle);  // of the handle's entries

  const Instant since_;
  mutable std::mutex mutex_;  // guards the two below
  Entries entries_;
  Counts all_;
};

}  // namespace beckon::neighbours
