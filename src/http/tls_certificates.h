// The certificates of a listener: which one a client gets, and how they are renewed at run time.
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

// Thread-safe, except look(). Outlives its sessions.
class TlsCertificates {
 public:
  // The first pair is the default. The error is a sentence about the first unusable pair. Expired certificates are
  // logged.
  static std::expected<std::unique_ptr<TlsCertificates>, std::string> read(const std::vector<TlsFiles>& pairs,
                                                                           Instant now);

  // A server session that presents the certificate for the requested name (SNI): the first with exactly that name,
  // otherwise the first with a matching wildcard, otherwise the default.
  net::SslSession session() const;

  // Rereads each pair that has changed on disk, for new sessions. If it is unusable, the old one stays in use, and the
  // pair is read again at each call and logged once: not before the second call, since the two files of a pair are
  // written one after the other. Confined to one thread.
  void look(Instant now);

  std::vector<Instant> not_after() const;  // of each, in order

 private:
  using Set = std::vector<std::shared_ptr<const TlsCertificate>>;
  struct Pair {
    TlsFiles files;
    FileWatch watch;
    std::string fault;  // why the pair on disk is unusable; empty if it is in use
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
