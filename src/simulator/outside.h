// What clients and operators know: their requests and the responses. All checks compare with this, never with the state
// of the process itself.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "simulator/stage.h"

namespace beckon::simulator {

// kUnknown: the process died before it responded. The request was applied, or never will be.
enum class Answer : std::uint8_t { kWaiting, kYes, kNo, kUnknown };
inline bool is_known(Answer answer) { return answer == Answer::kYes || answer == Answer::kNo; }

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
  std::string type;  // subscribed event type: exact, "signal.*" or "*"
  bool ordered = false, rated = false;
  int asked_of = 0;  // the life of the process (Process::life) that got the last request without a response
  Answer created = Answer::kWaiting;
  bool delete_asked = false;
  Answer deleted = Answer::kNo;
  int addresses = 1;      // number of addresses its endpoint has had
  int least_address = 1;  // new attempts go to this one or a later one
  int turns = 0;          // number of requests to enable or disable it
  int last_enabling = 0;  // among them, from 1
  bool disabled = false;  // acknowledged: no attempt starts, except for tests
  int replays = 0;        // requested
  Mood mood = Mood::kHealthy;
  bool always_healthy = false;

  bool wants(std::string_view event_type) const;
};

// The subscriptions, by number, to which an event must be delivered, and those to which it may be.
struct Owed {
  std::vector<std::size_t> sure, perhaps;
};

struct KnownSignal {
  std::size_t session = 0;
  std::string key;
  Answer answer = Answer::kWaiting;
  int asked_of = 0;  // as of a subscription
  Owed owed;
  bool gone = false;       // erased: the commit was acknowledged
  bool forgotten = false;  // and the caller got a response
  bool perhaps_gone = false;
  std::uint64_t version = 0;  // as seen in the store; 0: not seen
  Duration answered_at{};
};

// The handle whose rules are of scope visitor. Its sessions are in browsers, some of them of identified visitors.
inline constexpr std::string_view kOfPeople = "deck";

struct KnownSession {
  Handle handle;
  SessionId id;
  std::string browser, person;       // given in its requests; empty if not
  std::size_t acts_from = 0;         // the first not erased, now or later
  std::vector<std::size_t> signals;  // in the order of the requests
  std::uint64_t seen = 0;            // its newest version that a response was made from
};

// The rule "offer" acted, and the response arrived.
struct KnownAct {
  std::size_t session = 0, number = 0;
  Instant at{};
};

// The handle whose rule "pick" changes, mostly to texts that read new keys, and its sessions.
inline constexpr std::string_view kOfRules = "edge";

struct KnownText {  // of the rule, by its number
  std::string key;
  int least = 0;  // it acts if a session has at least so many signals with this key
};

using Keys = std::map<std::string, int>;  // signals by key

struct KnownReader {
  SessionId id;
  Keys stored, asked;  // acknowledged, and those of a request without a response
  int asked_of = 0;    // as of a subscription; 0: of a process that has ended
};

struct KnownEvent {  // published by the operator
  Handle handle;
  std::string type, own_id;
  Answer answer = Answer::kWaiting;
  int asked_of = 0;  // as of a subscription
  EventId id;
  Owed owed;
  Duration answered_at{};
};

// Not thread-safe. Numbers are indexes into the lists. A signal's number is its value, "s17", and its id.
class Outside {
 public:
  std::vector<Handle> handles;
  std::vector<KnownSubscription> subscriptions;
  std::vector<KnownSession> sessions;
  std::vector<KnownSignal> signals;
  std::vector<KnownAct> acts;
  std::vector<KnownEvent> events;
  std::vector<KnownReader> readers;
  std::vector<KnownText> texts;
  std::optional<std::size_t> text, saving;       // the last one acknowledged, and one without a response
  int saving_of = 0;                             // as of a subscription
  std::unordered_map<std::string, int> retries;  // requested manual retries, by delivery

  std::optional<std::size_t> find(const SubscriptionId& id) const;

  // The possible receivers of an event as it is requested, and the certain ones once there is a response.
  Owed asked(const Handle& handle, std::string_view type) const;
  void answered(Owed& owed, const Handle& handle, std::string_view type) const;

  std::size_t died(int life);  // its waiting requests are never answered; returns their number
};

std::string type_of(const KnownSignal& signal);

}  // namespace beckon::simulator
