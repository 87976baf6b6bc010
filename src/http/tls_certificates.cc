#include "http/tls_certificates.h"

#include <openssl/ssl.h>

#include <filesystem>
#include <utility>

#include "base/check.h"
#include "system/log.h"

namespace beckon::http {

// What a session keeps of the set it was created with, until it ends.
struct TlsCertificates::Choice {
  static int place() {
    static const int made = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, drop);
    return made;
  }
  static void drop(void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<std::shared_ptr<const Set>*>(kept);
  }

  static int choose(SSL* session, int*, void*) {
    const char* asked = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
    const std::string host = asked;
    const Set& set = **static_cast<std::shared_ptr<const Set>*>(SSL_get_ex_data(session, place()));
    for (const bool exactly : {true, false}) {
      for (const auto& certificate : set) {
        if (!certificate->is_for(host, exactly)) continue;
        SSL_set_SSL_CTX(session, certificate->context());
        return SSL_TLSEXT_ERR_OK;
      }
    }
    return SSL_TLSEXT_ERR_NOACK;
  }
};

namespace {

void warn_of_dates(const TlsFiles& files, const TlsCertificate& certificate, Instant now) {
  if (now >= certificate.not_after()) {
    log::warn("tls_certificate_expired")
        .add("certificate", files.certificate)
        .add("not_after", to_rfc3339(certificate.not_after()));
  } else if (now < certificate.not_before()) {
    log::warn("tls_certificate_not_yet_valid")
        .add("certificate", files.certificate)
        .add("not_before", to_rfc3339(certificate.not_before()));
  }
}

}  // namespace

std::expected<std::unique_ptr<TlsCertificates>, std::string> TlsCertificates::read(const std::vector<TlsFiles>& pairs,
                                                                                   Instant now) {
  CHECK(!pairs.empty());
  std::unique_ptr<TlsCertificates> made(new TlsCertificates);
  auto set = std::make_shared<Set>();
  for (const TlsFiles& files : pairs) {
    // Watched before it is read, so that no change is missed.
    FileWatch watch({files.certificate, files.key}, Duration{0});
    auto certificate = made->read(files, now);
    if (!certificate) return std::unexpected(certificate.error());
    set->push_back(std::move(*certificate));
    made->pairs_.push_back({files, std::move(watch)});
  }
  made->set_.set(std::move(set));
  return made;
}

std::expected<std::shared_ptr<const TlsCertificate>, std::string> TlsCertificates::read(const TlsFiles& files,
                                                                                        Instant now) {
  auto certificate = TlsCertificate::read(files, [this](SSL_CTX* context) {
    tickets_.serve(context);
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, reinterpret_cast<void (*)()>(&Choice::choose));
  });
  if (certificate) warn_of_dates(files, **certificate, now);
  return certificate;
}

net::SslSession TlsCertificates::session() const {
  auto set = std::make_unique<std::shared_ptr<const Set>>(set_.get());
  net::SslSession session(SSL_new((*set)->front()->context()));
  CHECK(session && SSL_set_ex_data(session.get(), Choice::place(), set.get()) == 1);
  static_cast<void>(set.release());  // owned by the session
  SSL_set_accept_state(session.get());
  return session;
}

void TlsCertificates::look(Instant now) {
  auto set = std::make_shared<Set>(*set_.get());
  bool any = false;
  for (std::size_t i = 0; i < pairs_.size(); ++i) any |= renew(pairs_[i], (*set)[i], now);
  if (any) set_.set(std::move(set));
}

bool TlsCertificates::renew(Pair& pair, std::shared_ptr<const TlsCertificate>& certificate, Instant now) {
  // A missing file is not a change: it is probably being replaced. If it still is at the second look, it is logged.
  const bool missing = !std::filesystem::exists(pair.files.certificate) || !std::filesystem::exists(pair.files.key);
  if (!pair.watch.changed() && pair.fault.empty() && !missing) return false;
  auto fresh = read(pair.files, now);
  if (!fresh) {
    if (fresh.error() != pair.fault) {
      pair.fault = fresh.error();
      pair.logged = false;
    } else if (!std::exchange(pair.logged, true)) {
      log::error("tls_certificate_not_renewed").add("reason", pair.fault);
    }
    return false;
  }
  pair.fault.clear();
  if ((*fresh)->equals(*certificate)) return false;
  certificate = std::move(*fresh);
  log::info("tls_certificate_renewed")
      .add("certificate", pair.files.certificate)
      .add("not_after", to_rfc3339(certificate->not_after()));
  return true;
}

std::vector<Instant> TlsCertificates::not_after() const {
  std::vector<Instant> all;
  for (const auto& certificate : *set_.get()) all.push_back(certificate->not_after());
  return all;
}

}  // namespace beckon::http
