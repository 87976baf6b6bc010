// Those who watch a handle live (Server-Sent Events), and the one loop that tells them what happened. It reads by
// position, each watcher at their own; one who is slow is told how many were dropped. Contract section 8.
//
//   event: signal     data: a signal as it was seen            id: <life>-<position>
//   event: delivery   data: a delivery as a commit left it     id: <life>-<position>
//   event: reset      data: {"reason"}   the id to resume from is of another life of the server: from the last ones
//   anew event: dropped    data: {"count"}    so many happened in between and are not told event: end        data:
//   {"reason"}   the token ended, or the role; the stream ends
#pragma once
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "access/gate.h"
#include "commit/changes.h"
#include "http/message.h"
#include "http/routes/api.h"

namespace beckon::http {

class LiveFeed {
 public:
  struct Limits {
    std::size_t watchers = 256;     // in all; beyond: 503
    std::size_t first = 50;         // that a new watcher is told
    std::size_t page = 256;         // read at once
    std::size_t piece = 64 * 1024;  // bytes handed over at once; well within HttpLimits::stream_backlog
    Duration tick = std::chrono::milliseconds{100};
    Duration beat =
        std::chrono::seconds{15};  // a comment, so that a client that has gone is seen; and the role is looked up
  };

  // `life` names this run of the process: no other has the same. What is referred to outlives it.
  struct Parts {
    const commit::Changes& changes;
    access::Gate& gate;
    const Clock& clock;
    const Sending& sending;
    std::string life;
  };
  LiveFeed(Parts parts, Limits limits) : parts_(std::move(parts)), limits_(limits) {}

  // Thread-safe. The answer that goes on for as long as the principal may watch. `last_event_id` as the client sent it;
  // empty: none. Fault: kUnavailable where too many watch.
  Result<Response> watch(const access::Principal& principal, const Handle& handle, std::string_view last_event_id);

  void run(std::stop_token stop);  // the loop, until then; what is open is left to the front door
  void step();                     // one round of it

 private:
  struct Watcher {
    Stream stream;
    access::Principal principal;
    Handle handle;
    std::uint64_t position = 0;
    std::string greeting;  // not told yet: a reset
    Instant beaten_at{};
    std::shared_ptr<void> place = {};  // one of Limits::watchers, given back when it goes
  };

  void join(Watcher watcher, Stream stream);
  bool tell(Watcher& watcher);  // false: they are gone
  std::string_view end_of(Watcher& watcher);
  std::string text_of(const commit::Change& change) const;

  const Parts parts_;
  const Limits limits_;
  std::mutex mutex_;
  std::vector<Watcher> coming_;    // joined since the last step
  std::size_t count_ = 0;          // that hold a place
  std::vector<Watcher> watchers_;  // of the loop alone
};

}  // namespace beckon::http
