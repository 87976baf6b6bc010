// One node of several over one PostgreSQL database: docs/scale.md.
//
//   member ──the owner's lease is over, or given back──▶ taking ──shards taken, server started──▶ owner
//     ▲                                                    │ failed                                 │ another node has
//     └────────────────────────────────────────────────────┴────────────────────────────────────────┘ taken the shards
//
// The owner runs the server. A member reads nothing but who owns the shards, and hands every request over to that node,
// except those for health, readiness and metrics. The sockets that clients connect to are the node's, and stay when its
// part changes.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "app/settings.h"

namespace beckon::app {

// Thread-safe.
class Node {
 public:
  // Serves, as the owner or as a member. A database whose owner does not renew its lease is waited for. The error is a
  // message for the operator. `give_up`: called with such a message if the process cannot go on; must not return.
  static std::expected<std::unique_ptr<Node>, std::string> start(const Settings& settings,
                                                                 std::function<void(const std::string&)> give_up);
  ~Node();

  std::string url() const;      // as Server::url()
  std::uint64_t turns() const;  // as Server::turns()
  void look_at_certificates();

  // As Server::stop(). The shards are given back as soon as nothing needs them anymore.
  void stop();

 private:
  struct Inside;
  explicit Node(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::app
