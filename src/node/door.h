// Sends each request of this node's clients to the server that has its data: that of a lane which this node owns, on
// the thread that read it, or another node's (forwarder.h).
//
// While a lane goes from one server to another, requests that no server has looked at wait for it, for up to a second
// from when it was first missed; then they get 503 with Retry-After at once, until it is somewhere else.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "http/inlet.h"
#include "node/carried.h"
#include "node/forwarder.h"

namespace beckon::node {

// Thread-safe.
class Door final : public Forwarder::User {
 public:
  static constexpr std::chrono::milliseconds kHold{1'000};

  // Which lane a handle has; whose an access token is (std::nullopt: nobody's), which may block.
  struct Parts {
    int lanes = 0;  // at most kMostLanes
    std::function<int(const Handle&)> lane_of;
    std::function<Result<std::optional<Handle>>(const std::string& token_id)> handle_of_token;
    std::function<void()> look;                                // who owns what seems to have changed
    std::function<void(int lane, const Forwarder& by)> taken;  // a node says that it has taken a lane
  };
  Door(Parts parts, Traffic& traffic);
  ~Door() override;  // what waits gets 503

  // Where a lane is from now on: here, at another node, or, if neither is given, nowhere.
  struct Target {
    std::shared_ptr<http::Inlet> inlet;
    std::shared_ptr<Forwarder> link;
  };
  void aim(int lane, Target target);

  // A request from a client: of a route that takes all of them, whose body has arrived.
  void take(http::Request& request, http::Respond respond);
  // A request of this process's own for a lane. It lives until the answer.
  void send(http::Request& request, int lane, http::Respond respond);

  bool reaches_all() const;     // every lane is here, or at a node that is reached
  std::size_t waiting() const;  // requests that wait for a lane
  bool is_reached(int lane) const;

 private:
  struct Lane {
    Published<Target> target{std::make_shared<const Target>()};
    std::atomic<std::int64_t> gone_ms{0};  // of the steady clock: since when it is missed; 0: it is not
  };
  struct Held {
    http::Request* request = nullptr;
    int lane = 0;
    http::Respond respond;
  };

  void given_back(http::Request& request, int lane, http::Respond respond) override;
  void answered(int lane) override;
  void changed(int lane, bool is_taken, const Forwarder& by) override;
  void lost() override { parts_.look(); }

  Lane& at(int lane) { return lanes_.at(static_cast<std::size_t>(lane)); }
  const Lane& at(int lane) const { return lanes_.at(static_cast<std::size_t>(lane)); }
  bool try_to_send(http::Request& request, int lane, http::Respond& respond);
  void send_by_key(http::Request& request, int from, std::string key, http::Respond respond);
  int any_lane() const;
  void note_gone(int lane);
  void run(const std::stop_token& stop);
  void try_again();

  const Parts parts_;
  Traffic& traffic_;
  std::array<Lane, kMostLanes> lanes_;

  // The handles of access tokens, which never change.
  std::mutex tokens_mutex_;
  std::unordered_map<std::string, Handle> tokens_;

  mutable std::mutex mutex_;  // guards those below
  std::condition_variable_any changed_;
  std::vector<Held> held_;
  bool again_ = false;  // they are to be tried at once
  std::jthread thread_;
};

}  // namespace beckon::node
