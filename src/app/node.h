// One node of several over one PostgreSQL database: docs/scale.md.
//
// The shards are divided into lanes (store/postgres/shards.h). For each lane that a node owns it runs a server of its
// own (app/server.h): a lane is taken, recovered, served and given away by itself, and lanes share nothing. What a
// process needs once is here: the sockets that clients connect to, the port for other nodes, the lease, and the door
// that sends each request to its lane (node/door.h). Twice a second a node looks who owns what, and takes and gives
// lanes (lanes.h). A lane that is given is handed over to the node that is to have it, which makes a server for
// it before (node/handover.h).
//
//   elsewhere ──free, and this node's turn, ──▶ taking ──shards taken, server started──▶ owned
//       ▲       or its owner hands it over       │ failed, or it does not come           │ to be given away, or another
//       └────────────────────────────────────────┴──────────── giving ◀──────────────────┘ node has taken it
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "app/settings.h"

namespace beckon::app {

// Thread-safe.
class Node {
 public:
  // Serves, once it owns lanes or reaches the nodes that do. A database whose owners do not renew their leases is
  // waited for. The error is a message for the operator. `give_up`: called with such a message if the process cannot go
  // on; must not return.
  static std::expected<std::unique_ptr<Node>, std::string> start(const Settings& settings,
                                                                 std::function<void(const std::string&)> give_up);
  ~Node();

  std::string url() const;      // as Server::url()
  std::uint64_t turns() const;  // as Server::turns()
  void look_at_certificates();

  // As Server::stop(). Each lane is given back as soon as nothing needs it anymore.
  void stop();

 private:
  struct Inside;
  explicit Node(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::app
