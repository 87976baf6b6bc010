// One run: a seeded world of clients, operators, receivers and faults around the process, and finally a fault-free
// period in which every delivery must end.
#pragma once
#include <map>
#include <memory>
#include <utility>

#include "simulator/disk.h"
#include "simulator/process.h"

namespace beckon::simulator {

// Fault types; each run has a random half of them (swarm testing: one fault often hides another).
enum class Trouble : std::uint8_t {
  kCrash,
  kCrashInCommit,
  kStop,
  kFullDisk,
  kFailedSync,
  kBusyDisk,
  kUnreadable,
  kClockForward,
  kClockBack,
  kMoods,
  kPoison,
  kBurst,
  kDisable,
  kMove,
  kDelete,
  kErase,
  kRetry,
  kReplay,
  kFewSockets,
  kLittleMemory,
  kLongOutage,
  kAlias,
  kNewKeys,
  kEnd
};

class World {
 public:
  World(std::uint64_t seed, bool telling);
  virtual ~World() = default;

  virtual void run();  // throws Violation

  const Counts& counts() const { return stage_.counts; }
  const std::vector<std::string>& history() const { return stage_.history; }

 protected:
  // What holds the data of a handle: the process that a client's request gets to now, and the one that owns it. Null:
  // none.
  virtual Process* reach(const Handle&) { return process_.get(); }
  virtual Process* owner(const Handle&) { return process_.get(); }
  // Whether a response to a request that gets there now will reach the client; null: it will.
  virtual std::function<bool()> way_back(Process&) { return nullptr; }
  virtual bool loses_responses() const { return false; }  // of a process that goes on
  virtual bool is_up() const { return process_ != nullptr; }
  virtual Duration next() const { return std::min(process_ ? process_->next() : up_at_, heal_at_); }
  virtual void step(Duration to);

  bool has(Trouble trouble) const { return (troubles_ >> static_cast<unsigned>(trouble) & 1) != 0; }

  // The loop (world.cc).
  void settings();
  void act();
  void pass(Duration until);
  void boot();
  void die(const char* where);
  void rest();
  // A response is lost once the process is dead, or if it does not reach the client. So is one that leaves open whether
  // the request was carried out.
  template <class Then>
  auto while_alive(Process& at, Then then) {
    return [life = std::weak_ptr<Process::Life>(at.life), back = way_back(at), then = std::move(then)](auto&&... with) {
      if (!life.expired() && (!back || back()) && !(is_open(with) || ...)) then(with...);
    };
  }
  static bool is_open(const std::optional<Fault>& fault) { return fault && fault->message.starts_with(kStorageFailed); }
  template <class T>
  static bool is_open(const Result<T>& result) {
    return !result && result.error().message.starts_with(kStorageFailed);
  }
  static bool is_open(const intake::AppendRequest&) { return false; }
  static constexpr std::string_view kStorageFailed = "The storage has failed.";
  void act_outside();

  // Clients (clients.cc).
  void append();
  void append(std::size_t session, const std::vector<std::size_t>& signals);
  void unreached(const std::vector<std::size_t>& signals);
  void stored(Process& at, std::size_t session, std::uint64_t seen);
  void append_again();
  void publish();
  void publish(std::size_t event);
  void publish_again();
  void burst();
  void erase();

  // Visitors with several browsers, on the handle kOfPeople (people.cc).
  static constexpr int kPeople = 3, kBrowsers = 2;
  static VisitorId person_named(int number) { return VisitorId{"p" + std::to_string(number)}; }
  static std::string who(const KnownSession& session);  // members of a request, each preceded by a comma
  struct Party {
    VisitorId name;                     // empty if there is no visitor
    std::vector<std::size_t> sessions;  // of the visitor, sorted
  };
  Party party(Process& at, std::size_t session) const;  // as of the last commit
  void ask();
  void alias();
  void check_cap(Process& at, const Party& before, const KnownAct& act);
  void check_message(Process& at, const Received& request);
  void check_undo();
  std::string all_of_people();

  // The handle kOfRules (filling.cc).
  struct Texts {
    std::optional<std::size_t> in_force, waiting;  // by number
    friend bool operator==(const Texts&, const Texts&) = default;
  };
  Texts texts_now(Process& at) const;  // as an operator sees them
  void change_or_use_rules();
  void save_text();
  void append_keys(std::size_t reader);
  void ask_by_text(std::size_t reader);
  void check_readers(Process& at);
  void check_filled();

  // Operators (operators.cc).
  void subscribe();
  void turn_off_or_on();
  void move();
  void unsubscribe();
  void test();
  void retry();
  void replay();
  std::optional<std::size_t> any_subscription();
  // `plan` returns the delivery it schedules.
  void plan_sending(Process& at, std::function<Result<DeliveryId>(commit::Draft&)> plan, const SubscriptionId& id,
                    Count counted);  // sends it immediately

  // Trouble (trouble.cc).
  void stop();
  void trouble_disk();
  void trouble_reads();
  void set_clock();
  void change_moods();
  void heal();

  // Invariants of the store (check_*.cc). All but the first only apply once every delivery has ended.
  void check_answers(Process& at);  // of its handles
  void check_session(Process& at, std::size_t session);
  void check_rest(bool finally);
  void check_log(std::size_t subscription, const outbox::Delivery& delivery);
  void check_signals_owed();
  void check_events_owed();
  void check_messages(const KnownSession& session, const std::map<std::uint64_t, std::vector<int>>& messages);
  void check_counts(const Owed& owed, const std::vector<int>& counts, const std::string& what) const;

  Stage stage_;
  std::vector<Handle> all_handles_;  // those of Outside, and kOfRules
  std::uint64_t troubles_;
  Outside outside_;
  Attempts attempts_{stage_, outside_};
  Network network_{stage_, outside_, attempts_};
  Disk disk_{stage_};
  Options options_;
  std::unique_ptr<Process> process_;  // null while down
  int life_ = 0;
  Duration up_at_{};
  Duration heal_at_ = Duration::max();  // disk and reads
  Duration set_back_{};                 // total by which the clock was set back
  int stood_still_ = 0;                 // steps since time last advanced
};

}  // namespace beckon::simulator
