// A pool of read connections. Callers beyond its size wait for one. Thread-safe.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"

namespace beckon::store {

class Readers {
 public:
  Readers(std::string file, std::size_t most, Duration busy_timeout)
      : file_(std::move(file)), most_(most), busy_timeout_(busy_timeout) {}

  // A connection lent to one caller; returned on destruction.
  class Loan {
   public:
    explicit Loan(Readers& readers) : readers_(readers), connection_(readers.take()) {}
    ~Loan() { readers_.give_back(std::move(connection_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Connection* operator->() { return connection_.get(); }
    Connection& operator*() { return *connection_; }

   private:
    Readers& readers_;
    std::unique_ptr<Connection> connection_;
  };
  Loan borrow() { return Loan(*this); }

 private:
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

  const std::string file_;
  const std::size_t most_;
  const Duration busy_timeout_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t made_ = 0;
};

}  // namespace beckon::store
