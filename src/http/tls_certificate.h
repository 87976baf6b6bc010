// A certificate with its private key, and the TLS that the server speaks with it: versions 1.2 and 1.3, and of these
// only what has forward secrecy and authenticated encryption, as in Mozilla's "intermediate" configuration 5.7 without
// its finite-field groups. No renegotiation, no compression, no early data, which could be replayed.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"

struct ssl_ctx_st;

namespace beckon::http {

struct TlsFiles {
  std::string certificate;  // PEM: the server's own first, then those that signed it
  std::string key;          // PEM, without a passphrase
};

// Immutable, thread-safe.
class TlsCertificate {
 public:
  // The error is a sentence: a file cannot be read, holds something else, does not fit the other one, is too weak, or
  // the key may be read by others. A certificate that has expired is taken. `complete` adds to its context what several
  // certificates share.
  static std::expected<std::shared_ptr<const TlsCertificate>, std::string> read(
      const TlsFiles& files, const std::function<void(ssl_ctx_st*)>& complete);
  ~TlsCertificate();
  TlsCertificate(const TlsCertificate&) = delete;
  TlsCertificate& operator=(const TlsCertificate&) = delete;

  // Whether it is for the host, by its alternative names; `exactly`: without their wildcards.
  bool is_for(const std::string& host, bool exactly) const;
  bool equals(const TlsCertificate& other) const;  // the same certificate
  Instant not_before() const { return not_before_; }
  Instant not_after() const { return not_after_; }

  ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct ContextFree {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsCertificate() = default;

  std::unique_ptr<ssl_ctx_st, ContextFree> context_;
  Instant not_before_{}, not_after_{};
};

}  // namespace beckon::http
