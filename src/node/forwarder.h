// Hands requests of this node's clients to one other node, which owns the lanes that they are for, and its answers
// back: one connection, all requests of a turn in one write, answers in any order.
//
// A request is answered with 503 and Retry-After here if too many bytes wait for answers (the window, of all forwarders
// of a node together), if the other node does not answer in time, or if the connection ends: then it may have been
// carried out, and its repetition is a duplicate. One that the other node has not looked at is given back.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "http/message.h"
#include "net/event_loop.h"
#include "node/channel.h"
#include "node/credentials.h"

namespace beckon::node {

// Results of requests: a metric label, so the list is closed.
enum class Forwarded : std::uint8_t {
  kAnswered,
  kNoOwner,  // of the lane: none is known, or it is not reached
  kFull,     // the window
  kCut,      // the connection ended first
  kLate,     // no answer in time
};
inline constexpr std::size_t kForwardedResults = 5;
std::string_view to_text(Forwarded result);

// What waits for other nodes, and what became of it: of all forwarders of a node. Thread-safe.
class Traffic {
 public:
  explicit Traffic(std::size_t window) : window_(window) {}

  bool take(std::size_t bytes);  // false, and nothing is taken: the window is full
  void give_back(std::size_t bytes) { waiting_ -= bytes; }
  void count(Forwarded result) { ++counts_[static_cast<std::size_t>(result)]; }
  // Answers a request that is not carried out, or not known to be, and counts it.
  void refuse(Forwarded why, const RequestId& request, http::Respond respond);

  std::size_t waiting_bytes() const { return waiting_; }
  std::uint64_t counted(Forwarded result) const { return counts_[static_cast<std::size_t>(result)]; }

 private:
  const std::size_t window_;
  std::atomic<std::size_t> waiting_{0};
  std::array<std::atomic<std::uint64_t>, kForwardedResults> counts_{};
};

class Forwarder final : Channel::User {
 public:
  struct Limits {
    std::chrono::milliseconds patience{30'000};  // for an answer, or the beginning of a stream
    std::chrono::milliseconds connect{2'000};    // a connection and its handshake
    std::chrono::milliseconds again{50};         // until the next try
  };

  // Called on the forwarder's thread.
  class User {
   public:
    virtual ~User() = default;
    // The other node does not own the lane, or has not got the request: both are as they were.
    virtual void given_back(http::Request& request, int lane, http::Respond respond) = 0;
    virtual void answered(int lane) = 0;  // the other node owns it
    // The other node, which `by` is connected to, has taken it, or given it away.
    virtual void changed(int lane, bool is_taken, const Forwarder& by) = 0;
    virtual void lost() = 0;  // the connection has ended, or cannot be made
  };

  // `address`: HOST:PORT of the other node's port. `traffic` and `user` outlive the forwarder.
  Forwarder(std::shared_ptr<const Credentials> credentials, Limits limits, std::string address, Traffic& traffic,
            User& user);
  ~Forwarder() override;  // answers what waits with 503, and gives back what was not sent

  // Any thread; `respond` is called once. False if the other node is not reached: then nothing has happened to either.
  [[nodiscard]] bool forward(http::Request& request, int lane, http::Respond& respond);

  bool is_connected() const { return connected_; }
  const std::string& address() const { return address_; }

 private:
  struct Relay;
  struct Waiting {
    http::Respond respond;
    http::Request* request = nullptr;  // until it is answered
    int lane = 0;
    std::size_t bytes = 0;  // of the window
    net::SteadyTime until;
    std::string message;                // until it is sent
    std::string answer = {};            // as far as it has arrived
    bool streams = false;               // the answer is complete when its message is, and pieces follow
    std::shared_ptr<Relay> relay = {};  // once they do
  };
  using ById = std::unordered_map<std::uint64_t, Waiting>;

  void opened(Channel& channel) override;
  void arrived(Channel& channel, const Frame& frame) override;
  void closed(Channel& channel, const std::string& why) override;

  void run(const std::stop_token& stop);
  void turn();
  void connect();
  void add(ById::iterator at, const Frame& frame);
  void answer(ById::iterator at);
  void piece(ById::iterator at, const Frame& frame);
  void give_back(Waiting&& waiting);
  void fail(Waiting&& waiting, Forwarded why);
  void fail_all(Forwarded why);
  void cancel(std::uint64_t id);
  void sweep();

  const std::shared_ptr<const Credentials> credentials_;
  const Limits limits_;
  const std::string address_;
  Traffic& traffic_;
  User& user_;
  std::atomic<bool> connected_{false};

  std::mutex mutex_;
  std::vector<Waiting> queue_;

  // Of the thread.
  net::EventLoop loop_;
  std::unique_ptr<Channel> channel_;
  std::string said_;  // why the node was not reached, to log it once
  net::SteadyTime try_at_{}, sweep_at_{};
  std::uint64_t next_id_ = 1;
  ById waiting_;
  std::jthread thread_;
};

}  // namespace beckon::node
