#include "node/credentials.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

namespace beckon::node {
namespace {

const std::string kKey(32, 'k'), kOther(32, 'o');

// Both sides of a handshake, each reading what the other has written, until both are done or one fails.
struct Handshake {
  Handshake(net::SslSession client, net::SslSession server) : client_(std::move(client)), server_(std::move(server)) {
    BIO *here = nullptr, *there = nullptr;
    EXPECT_EQ(BIO_new_bio_pair(&here, 0, &there, 0), 1);
    SSL_set_bio(client_.get(), here, here);
    SSL_set_bio(server_.get(), there, there);
    ERR_clear_error();
    for (int turns = 0; turns < 20; ++turns) {
      step(client_.get());
      step(server_.get());
    }
  }
  bool done() const {
    return SSL_is_init_finished(client_.get()) && SSL_is_init_finished(server_.get()) && reason_ == 0;
  }
  int reason() const { return reason_; }
  std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(server_.get(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }

 private:
  void step(SSL* side) {
    const int result = SSL_do_handshake(side);
    if (result != 1 && SSL_get_error(side, result) == SSL_ERROR_SSL && reason_ == 0)
      reason_ = ERR_GET_REASON(ERR_peek_error());
  }
  net::SslSession client_, server_;
  int reason_ = 0;
};

TEST(CredentialsOfANode, AdmitWhoHasTheSameMasterKey) {
  const Credentials one({kKey}), same({kKey}), other({kOther}), both({kOther, kKey});
  EXPECT_TRUE(Handshake(one.for_client(), same.for_server()).done());
  EXPECT_FALSE(Handshake(one.for_client(), other.for_server()).done());
  EXPECT_FALSE(Handshake(one.for_client(), both.for_server()).done()) << "the client knows one of them alone";
  EXPECT_TRUE(Handshake(both.for_client(), Credentials({kKey, kOther}).for_server()).done());
}

TEST(CredentialsOfANode, NameTheVersionThatBothSpeak) {
  const Credentials nodes({kKey});
  EXPECT_EQ(Handshake(nodes.for_client(), nodes.for_server()).protocol(), "beckon-node/2");
  const auto offering = [&](const std::string& protocols) {
    auto client = nodes.for_client();
    EXPECT_EQ(SSL_set_alpn_protos(client.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                                  static_cast<unsigned int>(protocols.size())),
              0);
    return Handshake(std::move(client), nodes.for_server());
  };
  const auto named = [](const std::string& protocol) { return static_cast<char>(protocol.size()) + protocol; };
  const std::string next = named("beckon-node/9"), own = named("beckon-node/2");
  EXPECT_EQ(offering(next + own).protocol(), "beckon-node/2");
  EXPECT_EQ(offering(next).reason(), SSL_R_NO_APPLICATION_PROTOCOL);
}

}  // namespace
}  // namespace beckon::node
