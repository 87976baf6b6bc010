// A stream's shared state: what its writers see of the connection.
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "http/message.h"

namespace beckon::http {

class Connection;

// Thread-safe.
class Stream::Sink {
 public:
  Sink(std::weak_ptr<Connection> connection, std::size_t limit) : connection_(std::move(connection)), limit_(limit) {}

  bool write(std::string bytes);
  bool is_open() const { return open_ && !connection_.expired(); }
  void end();  // by the writer

  // By the connection, on its thread.
  void close() { open_ = false; }
  void taken(std::size_t size) { mailed_ -= size; }
  void set_unsent(std::size_t size) { unsent_ = size; }

 private:
  std::weak_ptr<Connection> connection_;
  const std::size_t limit_;
  std::atomic<bool> open_{true};
  std::atomic<std::size_t> mailed_{0};  // bytes being passed to the io thread
  std::atomic<std::size_t> unsent_{0};  // bytes not yet accepted by the client
};

}  // namespace beckon::http
