// The running server: the object graph, its threads, start and stop.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "app/keys.h"
#include "app/settings.h"
#include "http/inlet.h"
#include "http/listener.h"
#include "oidc/provider.h"

namespace beckon::store::postgres {
class Ownership;
}

namespace beckon::app {

class Exposition;

class Server {
 public:
  // Named secrets of the directory, opened. They never change.
  struct Secrets {
    std::string hash, decision;
  };

  // What a node of several gives the server that it runs for each lane of shards that it owns (app/node.h). Such a
  // server has no listener: requests come through inlet().
  struct Part {
    std::shared_ptr<store::postgres::Ownership> ownership;  // of the lane, taken by begin(); null: no node of several
    int lane = 0;
    std::string name = {};                    // of the node
    MasterKeys keys;                          // as the file has them now
    Secrets secrets;                          // from prepare()
    std::function<void(const Handle&)> tell;  // the directory has changed this handle, whose data is in another lane
    std::function<void()> tell_all;           // or what all lanes have in memory
    // In stop(): nothing is committed anymore, so the shards can be given to another node, or back. `is_whole`: nor may
    // anything be committed later that this server has asked for.
    std::function<void(bool is_whole)> give;
  };

  // Opens the store, recovers, and serves. The error is a message for the operator. `broken` is called when the storage
  // has failed for good, on the thread that noticed. It must not return: only recovery can tell whether the pending
  // write is on disk, so the write may be neither acknowledged nor refused. For a node of several it may return, and
  // means that the shards are another's: every request gets 503 from then on, until stop().
  static std::expected<std::unique_ptr<Server>, std::string> start(const Settings& settings,
                                                                   std::function<void()> broken);
  // The same in steps. make() connects to the store, while another server may still be the one that writes to it;
  // warm_up() reads what it can meanwhile. load() reads what is left, once nobody writes. begin() serves.
  static std::expected<std::unique_ptr<Server>, std::string> make(const Settings& settings,
                                                                  std::function<void()> broken, Part part);
  void warm_up();
  std::expected<void, std::string> load();
  std::expected<void, std::string> begin();
  ~Server();

  // Before the first lane of a database is served: makes tables and what all lanes share, if they are not there, in
  // turn with other nodes. The error is a message for the operator.
  static std::expected<Secrets, std::string> prepare(const Settings& settings, const MasterKeys& keys);

  // The parts of a recovered server without its threads, for commands that run under the server's lock. Unless
  // `serving`, a folder without data is an error, and nothing is shipped to a backup folder.
  struct Inside;
  static std::expected<std::unique_ptr<Inside>, std::string> open(const Settings& settings,
                                                                  std::function<void()> broken, bool serving);

  std::string url() const;  // http://HOST:PORT, as bound; https with certificates
  // Rereads changed certificates, on another thread: at once instead of within seconds.
  void look_at_certificates();

  // Thread-safe. Increases at least ten times a second, unless the committing thread hangs or waits for a slow disk.
  std::uint64_t turns() const;

  // Of a lane of a node, thread-safe. lose(): the shards are another's; every request gets 503 from now on.
  const std::shared_ptr<http::Inlet>& inlet() const;
  void lose();
  Exposition collect() const;  // for metrics, without what is the process's own

  // Drains: immediately not ready, no new connections; requests and attempts in flight are finished and recorded.
  // A lane of a node finishes its attempts first, while it still takes requests: finish_attempts() does so before.
  void stop();
  void finish_attempts();

  // For --dev: the parts that the command line uses too.
  Inside& inside() { return *inside_; }

 private:
  explicit Server(std::unique_ptr<Inside> inside);
  // `providers`: for sign-in. Nothing is loaded.
  static std::expected<std::unique_ptr<Inside>, std::string> built(const Settings& settings,
                                                                   std::function<void()> broken, bool serving,
                                                                   std::vector<oidc::Provider> providers, Part part);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::app
