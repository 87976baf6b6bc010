// Hands requests of this node's clients to the node that owns the shards, and its answers back: one connection, all
// requests of a turn in one write, answers in any order.
//
// While the shards go from one node to another, requests that no node has looked at wait for a moment. A request is
// answered with 503 and Retry-After here if no owner is known or reached for longer, if too many bytes wait for answers
// (the window), if the owner does not answer in time, or if the connection ends: then it may have been carried out, and
// its repetition is a duplicate.
#pragma once
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
  kNoOwner,  // none is known, or it is not reached
  kFull,     // the window
  kRefused,  // the node does not own the shards anymore
  kCut,      // the connection ended first
  kLate,     // no answer in time
};
inline constexpr std::size_t kForwardedResults = 6;
std::string_view to_text(Forwarded result);

class Forwarder final : Channel::User {
 public:
  struct Limits {
    std::size_t window = std::size_t{16} << 20;  // bytes of requests without an answer; beyond: 503
    std::chrono::milliseconds patience{30'000};  // for an answer, or the beginning of a stream
    std::chrono::milliseconds connect{2'000};    // a connection and its handshake
    std::chrono::milliseconds again{50};         // until the next try
    std::chrono::milliseconds hold{1'000};       // for which requests wait for an owner, from when there was none
  };

  // `owner_gone`: called on its thread when the connection to the owner ends, or the owner gives the shards back.
  Forwarder(std::shared_ptr<const Credentials> credentials, Limits limits, std::function<void()> owner_gone);
  ~Forwarder() override;  // answers what waits with 503

  // Any thread. Where the owner is: HOST:PORT of its node port; another `incarnation` is another process. Empty: nobody
  // owns the shards, or nobody is known to.
  void aim(std::string address, std::string incarnation);

  // Any thread; `respond` is called once.
  void forward(const http::Request& request, http::Respond respond);

  bool is_connected() const { return connected_; }
  std::size_t waiting_bytes() const { return waiting_bytes_; }
  std::uint64_t count(Forwarded result) const { return counts_[static_cast<std::size_t>(result)]; }

 private:
  struct Relay;
  struct Waiting {
    http::Respond respond;
    RequestId request;
    std::size_t bytes = 0;  // of the window
    net::SteadyTime until;
    std::string message;                // to be sent again if the node does not own the shards
    std::string answer;                 // as far as it has arrived
    bool streams = false;               // the answer is complete when its message is, and pieces follow
    std::shared_ptr<Relay> relay = {};  // once they do
  };
  using ById = std::unordered_map<std::uint64_t, Waiting>;

  void opened(Channel& channel) override;
  void arrived(Channel& channel, const Frame& frame) override;
  void closed(Channel& channel, const std::string& why) override;

  void run(const std::stop_token& stop);
  void turn();
  bool may_hold() const;
  bool may_send() const;
  void note_gone();
  void connect();
  void add(ById::iterator at, const Frame& frame);
  void answer(ById::iterator at);
  void piece(ById::iterator at, const Frame& frame);
  void fail(Waiting&& waiting, Forwarded why);
  void fail_all(Forwarded why);
  void cancel(std::uint64_t id);
  void sweep();

  const std::shared_ptr<const Credentials> credentials_;
  const Limits limits_;
  const std::function<void()> owner_gone_;
  std::atomic<bool> connected_{false};
  std::atomic<std::size_t> waiting_bytes_{0};
  std::atomic<net::SteadyTime> gone_at_;  // since when there is no owner; the epoch: there is one
  std::array<std::atomic<std::uint64_t>, kForwardedResults> counts_{};

  std::mutex mutex_;
  std::vector<Waiting> queue_;
  std::string aimed_address_, aimed_incarnation_;
  bool aimed_ = false;  // these are new

  // Of the thread.
  net::EventLoop loop_;
  std::unique_ptr<Channel> channel_;
  std::string address_, incarnation_;
  std::string said_;           // why the owner was not reached, to log it once
  bool released_ = false;      // the owner has given the shards back
  std::vector<Waiting> held_;  // until there is an owner
  net::SteadyTime send_at_{};  // after a node has refused what it was sent
  net::SteadyTime try_at_{}, sweep_at_{};
  std::uint64_t next_id_ = 1;
  ById waiting_;
  std::jthread thread_;
};

}  // namespace beckon::node
