// Whose an access token is, for a node that must find the lane of a request which names nothing else. Thread-safe.
#pragma once
#include <optional>
#include <string>

#include "store/postgres/readers.h"

namespace beckon::store::postgres {

class TokenHandles {
 public:
  explicit TokenHandles(ConnectionOptions options) : readers_(std::move(options), 1) {}

  Result<std::optional<Handle>> of(const std::string& token_id) {
    return readers_.read([&](Connection& reader) -> Result<std::optional<Handle>> {
      auto row = reader.query("SELECT handle FROM access_token WHERE id = $1", token_id);
      return row.next() ? std::optional(Handle(row.text(0))) : std::nullopt;
    });
  }

 private:
  Readers readers_;
};

}  // namespace beckon::store::postgres
