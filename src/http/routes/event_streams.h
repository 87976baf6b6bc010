// The event streams of OpenFeature's web provider (Server-Sent Events): each tells a page to ask for its flags again,
// once what they were evaluated from has changed. docs/neighbours.md, OpenFeature.
//
//   data: {"type":"refetchEvaluation","lastModified":<seconds since 1970>}      id: <life>-<position>
//
// It is sent after a signal of the session, after a change of the rules, and when a decision has expired. The id says
// up to where changes were seen, so that nothing is missed between two connections.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/shared_places.h"
#include "commit/changes.h"
#include "commit/tenant.h"
#include "http/message.h"
#include "system/clock.h"
#include "system/secret_box.h"

namespace beckon::http {

class EventStreams {
 public:
  struct Limits {
    std::size_t streams = 4'000;                    // in total; beyond that 503
    std::size_t per_handle = 1'000;                 // of these, of one handle; beyond that 503
    std::size_t per_address = 100;                  // of these, of one client address; likewise
    std::size_t page = 256;                         // changes read at once
    Duration pause = std::chrono::seconds{1};       // between two events of a stream
    Duration least_ttl = std::chrono::seconds{5};   // a decision that expires sooner is taken to expire then
    Duration usual_ttl = std::chrono::seconds{30};  // of an answer, until the client has asked again
    Duration beat = std::chrono::seconds{15};       // interval of keep-alive comments, which detect disconnects
    Duration era = std::chrono::hours{1};           // a token made in one ends with the next
  };

  // `life` identifies this run of the process uniquely. References must outlive the streams.
  struct Parts {
    const commit::Changes& changes;
    const commit::Tenants& tenants;
    const SecretBox& secrets;
    const Clock& clock;
    Random& random;
    std::string life;
  };
  EventStreams(Parts parts, Limits limits)
      : parts_(std::move(parts)),
        limits_(limits),
        places_(limits.streams, limits.per_handle),
        of_addresses_(limits.streams, limits.per_address) {}

  // Thread-safe, all of them.

  // Up to where changes were seen: taken before flags are evaluated.
  std::uint64_t seen(const Handle& handle) const { return parts_.changes.newest(handle); }

  // What was answered: its flags expire at `expires`.
  struct Answer {
    const Handle& handle;
    const SessionId& session;
    std::uint64_t rules_version = 0;
    std::uint64_t seen = 0;
    Instant expires{};
  };
  // For the stream of that session: sealed, good for reading the stream alone, and only for one to two eras. Streams of
  // the session that are open expect `expires` too.
  std::string token(const Answer& answer);
  void answered(const Answer& answer);  // likewise, without a token
  // Changes when a client needs a new token, though nothing else has changed.
  std::int64_t era() const;

  // A response that continues. `last_event_id` as sent by the client, empty if none. Fault: kInvalidToken for a token
  // that is not of this handle, or too old; kUnavailable if there are too many streams, in all, of the handle, or of
  // the client's address.
  Result<Response> open(const Handle& handle, const IpAddress& client, std::string_view token,
                        std::string_view last_event_id);

  const SharedPlaces& places() const { return places_; }
  const Refused& refused_of_addresses() const { return of_addresses_.refused(); }

  void step();  // one iteration, of the one thread that serves the streams

 private:
  struct Reader {
    Stream stream;
    std::shared_ptr<void> place;  // one of Limits::streams, released on destruction
    SessionId session;
    std::uint64_t rules_version = 0;
    std::uint64_t position = 0;  // of a reader that has just come: to go on behind
    Instant expires{};
    Instant told_at{}, beaten_at{};
    bool changed = false;  // and not told yet
  };
  struct OfHandle {
    std::uint64_t position = 0;
    std::unordered_multimap<SessionId, Reader> readers;
  };
  struct Coming {
    Handle handle;
    Reader reader;
  };
  struct Expected {
    Handle handle;
    SessionId session;
    Instant expires{};
  };

  std::shared_ptr<void> take_place(const Handle& handle, const IpAddress& client);  // null: there is none
  std::optional<Reader> reader_of(const Handle& handle, std::string_view token, Instant now) const;
  void join(Coming coming);
  void read_changes(const Handle& handle, OfHandle& of);
  bool tell(const OfHandle& of, Reader& reader, Instant now) const;  // false: disconnected

  const Parts parts_;
  const Limits limits_;
  SharedPlaces places_;
  SharedPlaces of_addresses_;  // by handle and address
  std::mutex mutex_;
  std::vector<Coming> coming_;          // since the last step
  std::vector<Expected> expected_;      // likewise
  std::map<Handle, OfHandle> handles_;  // used by step() only
};

}  // namespace beckon::http
