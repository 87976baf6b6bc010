// The live feed of a handle (Server-Sent Events): its watchers and what serves them. Each watcher reads changes at its
// own position; a slow one is notified of how many changes it missed. Contract section 8.
//
//   event: signal     data: a signal                           id: <life>-<position>
//   event: delivery   data: a delivery after a commit          id: <life>-<position>
//   event: reset      data: {"reason"}   the id to resume from is from before a restart; starts over with the last ones
//   event: dropped    data: {"count"}    the number of changes that were skipped
//   event: end        data: {"reason"}   the token or the role has ended, and so does the stream
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "access/gate.h"
#include "base/shared_places.h"
#include "commit/changes.h"
#include "http/message.h"
#include "http/routes/api.h"

namespace beckon::http {

class LiveFeed {
 public:
  struct Limits {
    std::size_t watchers = 256;     // in total; 503 beyond that
    std::size_t per_handle = 32;    // per handle, of `watchers`; 503 beyond that
    std::size_t first = 50;         // changes sent to a new watcher
    std::size_t page = 256;         // changes read at once
    std::size_t piece = 64 * 1024;  // bytes written at once; well below HttpLimits::stream_backlog
    Duration beat =
        std::chrono::seconds{15};  // interval of keep-alive comments, which detect disconnects, and of role checks
  };

  // `life` uniquely identifies this run of the process. References must outlive the feed.
  struct Parts {
    const commit::Changes& changes;
    access::Gate& gate;
    const Clock& clock;
    const Sending& sending;
    std::string life;
  };
  LiveFeed(Parts parts, Limits limits)
      : parts_(std::move(parts)), limits_(limits), places_(limits.watchers, limits.per_handle) {}

  // Thread-safe. A streamed response that continues while the principal may watch. `last_event_id` as sent by the
  // client, empty if none. Fault: kUnavailable if there are too many watchers in total or of the handle.
  Result<Response> watch(const access::Principal& principal, const Handle& handle, std::string_view last_event_id);

  // For other streams of a handle. Thread-safe. follow() makes the loop call `step` in every iteration, on its thread,
  // until `step` returns false; it must not block. A stream with a place counts as a watcher.
  using Place = std::shared_ptr<void>;
  Result<Place> take_place(const Handle& handle);  // kUnavailable if there are too many
  void follow(Place place, std::function<bool()> step);

  const SharedPlaces& places() const { return places_; }  // of the watchers

  void step();  // one iteration; called by the one thread that serves the watchers; leaves open streams to the listener
  // After the last step(): ends the streams, for a server that ends before its listener.
  void end();

 private:
  struct Watcher {
    Stream stream;
    access::Principal principal;
    Handle handle;
    std::uint64_t position = 0;
    std::string greeting;  // an event to send first: a reset
    Instant beaten_at{};
    Place place = {};  // one of Limits::watchers, released on destruction
  };
  struct Follower {
    Place place;
    std::function<bool()> step;
  };

  void join(Watcher watcher, Stream stream);
  bool tell(Watcher& watcher);  // false if disconnected
  std::string_view end_of(Watcher& watcher);
  std::string text_of(const commit::ChangeSeen& change) const;

  const Parts parts_;
  const Limits limits_;
  SharedPlaces places_;
  std::mutex mutex_;
  std::vector<Watcher> coming_;  // joined since the last step
  std::vector<Follower> followers_coming_;
  std::vector<Watcher> watchers_;  // this and followers_ are used by step() only
  std::vector<Follower> followers_;
};

}  // namespace beckon::http
