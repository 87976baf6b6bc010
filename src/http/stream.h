// A stream's shared state: what its writers see of the client's connection.
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
  virtual ~Sink() = default;
  virtual bool write(std::string bytes) = 0;
  virtual bool is_open() const = 0;
  virtual void end() = 0;  // by the writer
};

// Of a connection of this process.
class ConnectionSink final : public Stream::Sink {
 public:
  ConnectionSink(std::weak_ptr<Connection> connection, std::size_t limit)
      : connection_(std::move(connection)), limit_(limit) {}

  bool write(std::string bytes) override;
  bool is_open() const override { return open_ && !connection_.expired(); }
  void end() override;

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
