// A pool of connections for reading. Callers beyond its size wait for one. Thread-safe.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "store/postgres/connection.h"
#include "store/postgres/faults.h"

namespace beckon::store::postgres {

class Readers {
 public:
  Readers(ConnectionOptions options, std::size_t most) : options_(std::move(options)), most_(most) {}

  // Runs `body` with a connection. Where the connection turns out to be lost, once more with a new one: `body` only
  // reads, and keeps nothing of its first run. A PostgresError becomes the port's fault.
  template <class Body>
  auto read(Body&& body) -> decltype(body(std::declval<Connection&>())) {
    return guarded([&]() -> decltype(body(std::declval<Connection&>())) {
      {
        Loan loan(*this, true);
        if (!loan.is_former()) return body(*loan);
        try {
          return body(*loan);
        } catch (const PostgresError& error) {
          if (!error.is_lost()) throw;
        }
      }
      Loan fresh(*this, false);
      return body(*fresh);
    });
  }

 private:
  class Loan {
   public:
    Loan(Readers& readers, bool former_will_do)
        : readers_(readers), connection_(readers.take(former_will_do, former_)) {}
    ~Loan() { readers_.give_back(std::move(connection_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Connection& operator*() { return *connection_; }
    bool is_former() const { return former_; }  // it was used before, so the server may have closed it meanwhile

   private:
    Readers& readers_;
    bool former_ = false;
    std::unique_ptr<Connection> connection_;
  };

  std::unique_ptr<Connection> take(bool former_will_do, bool& former);
  void give_back(std::unique_ptr<Connection> connection);

  const ConnectionOptions options_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t lent_ = 0;
};

}  // namespace beckon::store::postgres
