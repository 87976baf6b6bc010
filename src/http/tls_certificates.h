// The certificates of a listener: which of them a client gets, and how they are renewed while it serves.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/published.h"
#include "http/ticket_keys.h"
#include "http/tls_certificate.h"
#include "net/tls_session.h"
#include "system/file_watch.h"

namespace beckon::http {

// Thread-safe, but for look(). Outlives its sessions.
class TlsCertificates {
 public:
  // The first pair is the default. The error is a sentence about the first pair that cannot be used. One that has
  // expired is logged.
  static std::expected<std::unique_ptr<TlsCertificates>, std::string> read(const std::vector<TlsFiles>& pairs,
                                                                           Instant now);

  // A server's session that presents the certificate for the name that the client asks for (SNI): the first one with
  // exactly that name, else the first with a wildcard for it, else the default.
  net::SslSession session() const;

  // Reads each pair that has changed on disk, for the sessions from now on. One that cannot be used leaves the old one
  // in place, is read again at each look, and is logged once: not before the second look, since the two files of a pair
  // are written one after the other. Confined to one thread.
  void look(Instant now);

  std::vector<Instant> not_after() const;  // of each, in their order

 private:
  using Set = std::vector<std::shared_ptr<const TlsCertificate>>;
  struct Pair {
    TlsFiles files;
    FileWatch watch;
    std::string fault;  // why what is on disk now cannot be used; empty if it is in use
    bool logged = false;
  };
  struct Choice;

  TlsCertificates() : set_(nullptr) {}
  std::expected<std::shared_ptr<const TlsCertificate>, std::string> read(const TlsFiles& files, Instant now);
  bool renew(Pair& pair, std::shared_ptr<const TlsCertificate>& certificate, Instant now);

  TicketKeys tickets_;
  std::vector<Pair> pairs_;
  Published<Set> set_;
};

}  // namespace beckon::http
