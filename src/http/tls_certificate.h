// A certificate with its private key, and the server's TLS settings: versions 1.2 and 1.3, only with forward secrecy
// and authenticated encryption, as in Mozilla's "intermediate" configuration 5.7 without its finite-field groups. No
// renegotiation, no compression, and no early data, which could be replayed.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"

struct ssl_ctx_st;

namespace beckon::http {

struct TlsFiles {
  std::string certificate;  // PEM: the server's own first, then its issuers
  std::string key;          // PEM, without a passphrase
};

// Immutable, thread-safe.
class TlsCertificate {
 public:
  // The error is a sentence: a file cannot be read, contains something else, does not match the other file, is too
  // weak, or the key is readable by others. An expired certificate is accepted. `complete` adds to its context what
  // several certificates share.
  static std::expected<std::shared_ptr<const TlsCertificate>, std::string> read(
      const TlsFiles& files, const std::function<void(ssl_ctx_st*)>& complete);
  ~TlsCertificate();
  TlsCertificate(const TlsCertificate&) = delete;
  TlsCertificate& operator=(const TlsCertificate&) = delete;

  // Whether it is valid for the host, by its alternative names; `exactly`: without wildcards.
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
