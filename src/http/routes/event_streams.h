// The event streams of OpenFeature's web provider (Server-Sent Events). Each one asks a page to fetch its flags again
// when something that they were evaluated from has changed. docs/neighbours.md, OpenFeature.
//
//   data: {"type":"refetchEvaluation","lastModified":<seconds since 1970>}      id: <life>-<position>
//
// An event is sent after a signal of the session, after a change of the rules, and when a decision expires. Its id is
// the position up to which changes were read, so nothing is missed between two connections.
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
    std::size_t streams = 4'000;                    // in total; 503 beyond that
    std::size_t per_handle = 1'000;                 // per handle, of `streams`; 503 beyond that
    std::size_t per_address = 100;                  // per handle and client address, of `streams`; 503 beyond that
    std::size_t page = 256;                         // changes read at once
    Duration pause = std::chrono::seconds{1};       // minimum between two events of a stream
    Duration least_ttl = std::chrono::seconds{5};   // minimum from an event to the next one for expiry
    Duration usual_ttl = std::chrono::seconds{30};  // assumed for an answer until the client asks again
    Duration beat = std::chrono::seconds{15};       // interval of keep-alive comments, which detect disconnects
    Duration era = std::chrono::hours{1};           // a token is valid until the end of the era after its own
  };

  // `life` uniquely identifies this run of the process. References must outlive the streams.
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

  // All of these are thread-safe.

  // The position up to which changes were seen. Take it before evaluating flags.
  std::uint64_t seen(const Handle& handle) const { return parts_.changes.newest(handle); }

  // An answer whose flags expire at `expires`.
  struct Answer {
    const Handle& handle;
    const SessionId& session;
    std::uint64_t rules_version = 0;
    std::uint64_t seen = 0;
    Instant expires{};
  };
  // A sealed token for the session's stream. It is valid only for reading that stream, until the end of the next era,
  // so for one to two eras.
  std::string token(const Answer& answer);
  void answered(const Answer& answer);  // sets the expiry of the session's open streams to that of the answer
  // Changes whenever clients need a new token, even if nothing else has changed.
  std::int64_t era() const;

  // A streamed response. `last_event_id` as sent by the client, empty if none. Fault: kInvalidToken if the token is too
  // old or not of this handle; kUnavailable if there are too many streams in total, of the handle or of the client's
  // address.
  Result<Response> open(const Handle& handle, const IpAddress& client, std::string_view token,
                        std::string_view last_event_id);

  const SharedPlaces& places() const { return places_; }
  const Refused& refused_of_addresses() const { return of_addresses_.refused(); }

  void step();  // one iteration; called by the one thread that serves the streams
  void end();   // as LiveFeed::end()

 private:
  struct Reader {
    Stream stream;
    std::shared_ptr<void> place;  // one of Limits::streams, released on destruction
    SessionId session;
    std::uint64_t rules_version = 0;
    std::uint64_t position = 0;  // where a new reader resumes
    Instant expires{};
    Instant told_at{}, beaten_at{};
    bool changed = false;  // and the reader has not been sent an event yet
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

  std::shared_ptr<void> take_place(const Handle& handle, const IpAddress& client);  // null if none is free
  std::optional<Reader> reader_of(const Handle& handle, std::string_view token, Instant now) const;
  void join(Coming coming);
  void read_changes(const Handle& handle, OfHandle& of);
  bool tell(const OfHandle& of, Reader& reader, Instant now) const;  // false if disconnected

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
