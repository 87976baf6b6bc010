// What clients and operators know: what they asked for, and how it was answered. Everything that is checked is held
// against this, never against what the process believes of itself.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "simulator/stage.h"

namespace beckon::simulator {

// kUnknown: the process died before it answered. What was asked for happened, or will not happen any more.
enum class Answer : std::uint8_t { kWaiting, kYes, kNo, kUnknown };

// How an endpoint behaves.
enum class Mood : std::uint8_t {
  kHealthy,
  kSlow,
  kFlaky,
  kDown,
  kReset,
  kNoName,
  kSilent,
  kErrors,
  kBusy,
  kTerminal,
  kGone
};
inline constexpr int kMoodCount = static_cast<int>(Mood::kGone) + 1;

struct KnownSubscription {
  SubscriptionId id;
  Handle handle;
  std::string type;  // that it wants: exact, "signal.*" or "*"
  bool ordered = false, rated = false;
  Answer created = Answer::kWaiting;
  bool delete_asked = false;
  Answer deleted = Answer::kNo;
  int addresses = 1;      // that its endpoint has had
  int least_address = 1;  // an attempt that begins goes to this one or a later one
  int turns = 0;          // enabled or disabled by the operator: asked for so often
  int last_enabling = 0;  // of them, from 1
  bool disabled = false;  // answered: no attempt begins, but of tests
  int replays = 0;        // asked for
  Mood mood = Mood::kHealthy;
  bool always_healthy = false;

  bool wants(std::string_view event_type) const;
};

// To which subscriptions, by their numbers, an event is owed for sure, and to which perhaps.
struct Owed {
  std::vector<std::size_t> sure, perhaps;
};

struct KnownSignal {
  std::size_t session = 0;
  std::string key;
  Answer answer = Answer::kWaiting;
  Owed owed;
  bool gone = false;       // erased: the commit was acknowledged
  bool forgotten = false;  // and the caller was answered
  bool perhaps_gone = false;
  std::uint64_t version = 0;  // where it was seen in the store; 0: it was not
  Duration answered_at{};
};

struct KnownSession {
  Handle handle;
  SessionId id;
  std::vector<std::size_t> signals;  // in the order of asking
};

struct KnownEvent {  // published by the operator
  Handle handle;
  std::string type, own_id;
  Answer answer = Answer::kWaiting;
  EventId id;
  Owed owed;
  Duration answered_at{};
};

// Confined to the run. Numbers are places in the lists. A signal has its number as its value, "s17", and as its id.
class Outside {
 public:
  std::vector<Handle> handles;
  std::vector<KnownSubscription> subscriptions;
  std::vector<KnownSession> sessions;
  std::vector<KnownSignal> signals;
  std::vector<KnownEvent> events;
  std::unordered_map<std::string, int> retries;  // by hand, asked for, by delivery

  std::optional<std::size_t> find(const SubscriptionId& id) const;

  // Who may be owed what is asked for now; and, as it is answered, who is.
  Owed asked(const Handle& handle, std::string_view type) const;
  void answered(Owed& owed, const Handle& handle, std::string_view type) const;

  std::size_t died();  // nothing that waits is ever answered: so many requests
};

std::string type_of(const KnownSignal& signal);

}  // namespace beckon::simulator
