#include "egress/url.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "egress/testing/second_opinion.h"

namespace beckon::egress {
namespace {

struct Hostile {
  std::string text;
  Refusal refusal;
};

std::vector<Hostile> hostile() {
  using enum Refusal;
  std::vector<Hostile> all{{"", kScheme},
                           {"https", kScheme},
                           {"https:", kScheme},
                           {"https:/a.example/", kScheme},
                           {"//a.example/", kScheme},
                           {"a.example/", kScheme},
                           {"ftp://a.example/", kScheme},
                           {"file:///etc/passwd", kScheme},
                           {"gopher://a.example/", kScheme},
                           {"javascript:alert(1)", kScheme},
                           {"httpss://a.example/", kScheme},
                           {"https//a.example", kScheme},
                           {"/x", kScheme},
                           {"dict://127.0.0.1:6379/", kScheme},
                           {"ws://a.example/", kScheme},
                           {"https:a.example", kScheme},
                           {"data:,x", kScheme},
                           {"view-source:https://a.example", kScheme},
                           {"blob:https://a.example/1", kScheme},
                           {"unix:/run/x.sock", kScheme},

                           {"https:///x", kEmptyHost},
                           {"https://", kEmptyHost},
                           {"https://?x", kEmptyHost},
                           {"https://:443/", kEmptyHost},
                           {"https:///a.example/", kEmptyHost},
                           {"https:////a.example/", kEmptyHost},
                           {"https://:/", kEmptyHost},

                           {"https://user@a.example/", kUserinfo},
                           {"https://user:pass@a.example/", kUserinfo},
                           {"https://@a.example/", kUserinfo},
                           {"https://a.example@127.0.0.1/", kUserinfo},
                           {"https://:@a.example/", kUserinfo},
                           {"https://a.example:443@10.0.0.1/", kUserinfo},
                           {"https://a.example:80@b.example:443/", kUserinfo},
                           {"https://a@b@c.example/", kUserinfo},
                           {"https://@/", kUserinfo},
                           {"https://user%40a.example@b.example/", kUserinfo},
                           {"https://[::1]@a.example/", kUserinfo},

                           {"https:\\\\a.example\\", kBackslash},
                           {"https://a.example\\@b.example/", kBackslash},
                           {"https://a.example/\\x", kBackslash},
                           {"https:/\\a.example/", kBackslash},
                           {"https://a.example?x=\\", kBackslash},
                           {"\\\\a.example\\share", kBackslash},

                           {" https://a.example/", kForbiddenByte},
                           {"https://a.example/ ", kForbiddenByte},
                           {"https://a.example/\n", kForbiddenByte},
                           {"https://a.example/\r\nHost: b", kForbiddenByte},
                           {"https://a\t.example/", kForbiddenByte},
                           {"ht\ntps://a.example/", kForbiddenByte},
                           {"https://a.example/\x7f", kForbiddenByte},
                           {"https://a .example/", kForbiddenByte},
                           {"\x01https://a.example/", kForbiddenByte},
                           {"https://a.example:44 3/", kForbiddenByte},
                           {std::string("https://a.example/\0", 19), kForbiddenByte},
                           {std::string("https://a.example\0.evil.example/", 32), kForbiddenByte},
                           {"https://a.example/\x1f", kForbiddenByte},

                           {"https://bücher.example/", kNonAscii},
                           {"https://a.example/é", kNonAscii},
                           {"https://１２７.0.0.1/", kNonAscii},
                           {"https://①②⑦.⓪.⓪.①/", kNonAscii},
                           {"https://a。example/", kNonAscii},
                           {"https://ⓔxample.com/", kNonAscii},
                           {"https://lоcalhost/", kNonAscii},
                           {"https://a.example/\xff", kNonAscii},
                           {"https://a\xc2\xad.example/", kNonAscii},
                           {"https://a.example／@b.example/", kNonAscii},
                           {"https://127。0。0。1/", kNonAscii},
                           {"\xef\xbb\xbfhttps://a.example/", kNonAscii},

                           {"https://a.example/#x", kFragment},
                           {"https://a.example#@b.example/", kFragment},
                           {"https://a.example/?q#", kFragment},
                           {"https://#a.example/", kFragment},
                           {"https://127.0.0.1#.a.example/", kFragment},

                           {"https://a%2eexample/", kPercentInHost},
                           {"https://%31%32%37.0.0.1/", kPercentInHost},
                           {"https://a.example%00/", kPercentInHost},
                           {"https://a.example%2f@b/", kUserinfo},
                           {"https://a%.example/", kPercentInHost},
                           {"https://127.0.0.1%2f.a.example/", kPercentInHost},
                           {"https://%6c%6f%63%61%6chost/", kPercentInHost},
                           {"https://a.example%23/", kPercentInHost},
                           {"https://a.example%5c/", kPercentInHost},

                           {"https://[fe80::1%eth0]/", kZoneId},
                           {"https://[fe80::1%25eth0]/", kZoneId},
                           {"https://[::1%1]/", kZoneId},
                           {"https://[v1.x]/", kFutureAddress},
                           {"https://[vF.a:b]/", kFutureAddress},
                           {"https://[V1.1]/", kFutureAddress},

                           {"https://[]/", kBadHost},
                           {"https://[1.2.3.4]/", kBadHost},
                           {"https://[::1/", kBadPort},
                           {"https://[a.example]/", kBadHost},
                           {"https://[::1::2]/", kBadHost},
                           {"https://[12345::]/", kBadHost},
                           {"https://[1:2:3:4:5:6:7]/", kBadHost},
                           {"https://[::ffff:1.2.3]/", kBadHost},
                           {"https://[::ffff:01.2.3.4]/", kBadHost},
                           {"https://[::ffff:0x7f.0.0.1]/", kBadHost},
                           {"https://[1:2:3:4:5:6:7:8:9]/", kBadHost},
                           {"https://[g::]/", kBadHost},
                           {"https://[[::1]]/", kBadHost},
                           {"https://[:::1]/", kBadHost},
                           {"https://[::1]a/", kBadPort},
                           {"https://[::1]443/", kBadPort},
                           {"https://[::1].a.example/", kBadPort},
                           {"https://::1/", kEmptyHost},
                           {"https://a]/", kBadHost},
                           {"https://a[b]/", kBadHost},
                           {"https://[::1]:/", kBadPort},
                           {"https://2001:200::1/", kBadPort},

                           {"https://a..example/", kBadHost},
                           {"https://.a.example/", kBadHost},
                           {"https://./", kTrailingDot},
                           {"https://../", kTrailingDot},
                           {"https://-a.example/", kBadHost},
                           {"https://a-.example/", kBadHost},
                           {"https://a.-b.example/", kBadHost},
                           {"https://a!b.example/", kBadHost},
                           {"https://a,b.example/", kBadHost},
                           {"https://a;b.example/", kBadHost},
                           {"https://a$b.example/", kBadHost},
                           {"https://a*.example/", kBadHost},
                           {"https://*.example.com/", kBadHost},
                           {"https://a'b.example/", kBadHost},
                           {"https://a\"b.example/", kBadHost},
                           {"https://a<b.example/", kBadHost},
                           {"https://a^b.example/", kBadHost},
                           {"https://a|b.example/", kBadHost},
                           {"https://{a}.example/", kBadHost},
                           {"https://a`b.example/", kBadHost},
                           {"https://a&b.example/", kBadHost},
                           {"https://a=b.example/", kBadHost},
                           {"https://(a).example/", kBadHost},
                           {"https://a~b.example/", kBadHost},

                           {"https://127.0.0.1./", kTrailingDot},
                           {"https://a.example../", kTrailingDot},
                           {"https://1./", kTrailingDot},
                           {"https://8.8.4.4.:443/", kTrailingDot},
                           {"https://a.example..:443/", kTrailingDot},
                           {"https://0x7f.1./", kTrailingDot},

                           // Not decodable, with a capital, with what UTS 46 maps away or
                           // disallows, an accent without its letter, a joiner out of place, mixed directions.
                           {"https://xn--0.example/", kBadInternationalName},
                           {"https://xn--99999999.example./", kBadInternationalName},
                           {"https://a.xn--caf-pia.example/", kBadInternationalName},
                           {"https://XN--A.example/", kBadInternationalName},
                           {"https://xn--a-ecp.example/", kBadInternationalName},
                           {"https://xn--lsa.example/", kBadInternationalName},
                           {"https://xn--ab-m1t.example/", kBadInternationalName},
                           {"https://xn--0ca24w.example/", kBadInternationalName},
                           {"https://xn--xn--a--gua.example/", kBadInternationalName},

                           {"https://a.example:/", kBadPort},
                           {"https://a.example:0/", kBadPort},
                           {"https://a.example:00/", kBadPort},
                           {"https://a.example:0443/", kBadPort},
                           {"https://a.example:65536/", kBadPort},
                           {"https://a.example:99999/", kBadPort},
                           {"https://a.example:-1/", kBadPort},
                           {"https://a.example:+443/", kBadPort},
                           {"https://a.example:443x/", kBadPort},
                           {"https://a.example:0x1bb/", kBadPort},
                           {"https://a.example:443:443/", kBadPort},
                           {"https://a.example:4294967739/", kBadPort},
                           {"https://a.example:http/", kBadPort},
                           {"https://a.example:4%343/", kBadPort},
                           {"https://127.0.0.1:", kBadPort},
                           {"https://a.example:65979/", kBadPort},

                           {"https://a.example/%", kBadEscape},
                           {"https://a.example/%4", kBadEscape},
                           {"https://a.example/%zz", kBadEscape},
                           {"https://a.example/?a=%", kBadEscape},
                           {"https://a.example/%u0041", kBadEscape},
                           {"https://a.example/%%20", kBadEscape}};
  // All other spellings of an IPv4 address.
  for (const char* host : {"0",
                           "1",
                           "127",
                           "127.1",
                           "127.0.1",
                           "2130706433",
                           "017700000001",
                           "0x7f000001",
                           "0X7F000001",
                           "0x7f.1",
                           "0x7f.0.0.1",
                           "0x7f.0x0.0x0.0x1",
                           "0177.0.0.1",
                           "0177.1",
                           "0177.0.0.01",
                           "127.0.0.01",
                           "127.00.0.1",
                           "127.0.0.1.1",
                           "127.0.0.256",
                           "256.0.0.1",
                           "1.2.3.4.5",
                           "00.0.0.0",
                           "0.0.0.00",
                           "127.0.0.0x1",
                           "127.0.0x1",
                           "127.0x1",
                           "0x",
                           "0x0",
                           "0xg",
                           "a.0x",
                           "a.0x1",
                           "a.1",
                           "a.example.1",
                           "foo.127",
                           "1.1",
                           "4294967295",
                           "4294967296",
                           "99999999999999999999",
                           "3232235777",
                           "0300.0250.0.1",
                           "0xc0.0xa8.0.1",
                           "0xC0A80001",
                           "192.168.257",
                           "192.168.0.1.example.9",
                           "10.1",
                           "10.0.1",
                           "012.0.0.1",
                           "0xa.0.0.1",
                           "167772161",
                           "2852039166",
                           "0xA9FEA9FE",
                           "0251.0376.0251.0376",
                           "0xA9.0xFE.0xA9.0xFE",
                           "169.254.43518",
                           "169.16689662",
                           "169.254.169.0254",
                           "0251.254.169.254",
                           "1..1",
                           ".1",
                           "0x7f.0.0.example.0x1",
                           "127.0.0.1.0x",
                           "08.0.0.1",
                           "1.2.3.09",
                           "1.2.3.0x04",
                           "١",
                           "0000000000000000000000000000000177.1",
                           "0x000000000000000000000000000000007f.1",
                           "-1",
                           "127.-1"}) {
    const std::string text = host;
    if (text == "١")
      all.push_back({"https://" + text + "/", kNonAscii});
    else if (text == "-1" || text == "127.-1")
      all.push_back({"https://" + text + "/", kBadHost});
    else {
      all.push_back({"https://" + text + "/", kNumericSpelling});
      all.push_back({"http://" + text + ":8080/x?y", kNumericSpelling});
    }
  }
  all.push_back({"https://" + std::string(64, 'a') + ".example/", kBadHost});
  std::string deep = "a";
  while (deep.size() < 254) deep += ".a";
  all.push_back({"https://" + deep + "/", kBadHost});
  all.push_back({"https://a.example/" + std::string(kMaxUrl - 17, 'x'), kTooLong});
  return all;
}

TEST(Url, RefusesEveryHostileSpelling) {
  const auto all = hostile();
  EXPECT_GT(all.size(), 250u);
  for (const auto& each : all) {
    const auto url = parse_url(each.text);
    ASSERT_FALSE(url) << each.text;
    EXPECT_EQ(url.error(), each.refusal) << each.text << " -> " << sentence(url.error());
  }
}

TEST(Url, TakesWhatIsPlain) {
  const auto longest = "https://a.example/" + std::string(kMaxUrl - 18, 'x');
  EXPECT_EQ(parse_url(longest)->text(), longest);
  struct Row {
    const char* text;
    const char* host;
    int port;
    const char* target;
    const char* canonical;
  };
  for (const auto& row : {
           Row{"https://a.example", "a.example", 443, "/", "https://a.example/"},
           Row{"HTTPS://A.Example:443/Hook", "a.example", 443, "/Hook", "https://a.example/Hook"},
           Row{"https://a.example?x=1", "a.example", 443, "/?x=1", "https://a.example/?x=1"},
           Row{"http://a.example:8080/a/../b?c=d@e:f", "a.example", 8080, "/a/../b?c=d@e:f",
               "http://a.example:8080/a/../b?c=d@e:f"},
           Row{"http://a.example/", "a.example", 80, "/", "http://a.example/"},
           Row{"https://a.example:80/", "a.example", 80, "/", "https://a.example:80/"},
           Row{"https://xn--bcher-kva.example/%20", "xn--bcher-kva.example", 443, "/%20",
               "https://xn--bcher-kva.example/%20"},
           Row{"https://Shop.Example./Hook", "shop.example", 443, "/Hook", "https://shop.example/Hook"},
           Row{"https://shop.example.:8443", "shop.example", 8443, "/", "https://shop.example:8443/"},
           Row{"https://xn--strae-oqa.example/", "xn--strae-oqa.example", 443, "/", "https://xn--strae-oqa.example/"},
           Row{"https://xn--ls8h.example/", "xn--ls8h.example", 443, "/", "https://xn--ls8h.example/"},
           Row{"https://r3---sn-a.example/", "r3---sn-a.example", 443, "/", "https://r3---sn-a.example/"},
           Row{"https://8.8.8.8:8443/", "8.8.8.8", 8443, "/", "https://8.8.8.8:8443/"},
           Row{"https://[2001:0200::0001]/x", "2001:200::1", 443, "/x", "https://[2001:200::1]/x"},
           Row{"https://[::FFFF:10.0.0.1]:444/", "::ffff:10.0.0.1", 444, "/", "https://[::ffff:10.0.0.1]:444/"},
           Row{"https://1a.2b.example/", "1a.2b.example", 443, "/", "https://1a.2b.example/"},
           Row{"https://a_b.example/", "a_b.example", 443, "/", "https://a_b.example/"},
           Row{"https://10.0.0.1.example/", "10.0.0.1.example", 443, "/", "https://10.0.0.1.example/"},
           Row{"https://receiver/", "receiver", 443, "/", "https://receiver/"},
       }) {
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url) << row.text << ": " << sentence(url.error());
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->port, row.port);
    EXPECT_EQ(url->target, row.target);
    EXPECT_EQ(url->text(), row.canonical);
    EXPECT_EQ(parse_url(url->text()), url) << "canonical text must read back as itself";
  }
}

TEST(Url, SurvivesMutations) {
  SeededRandom random(20261123);
  auto seeds = hostile();
  for (const char* good :
       {"https://a.example/x?y=z", "https://8.8.8.8/", "https://[2600::1]:8443/", "http://192.168.0.1/",
        "https://0x7f.1/", "https://[::ffff:127.0.0.1]/", "https://1.1.1.1:443/a%20b"})
    for (int i = 0; i < 20; ++i) seeds.push_back({good, Refusal::kScheme});
  static constexpr std::string_view kAlphabet = "0123456789abcdefxX.:/[]@%#?\\-_ \t~\x7f\xc3\xa9";
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    auto text = seeds[random.next() % seeds.size()].text;
    for (auto times = random.next() % 4; times < 4; ++times) {
      const auto at = text.empty() ? 0 : random.next() % text.size();
      const char byte = kAlphabet[random.next() % kAlphabet.size()];
      switch (random.next() % 4) {
        case 0: text.insert(at, 1, byte); break;
        case 1:
          if (!text.empty()) text.erase(at, 1 + random.next() % 3);
          break;
        case 2:
          if (!text.empty()) text[at] = byte;
          break;
        case 3: text.insert(at, seeds[random.next() % seeds.size()].text.substr(0, random.next() % 12)); break;
      }
    }
    accepted += parse_url(text).has_value();
    ASSERT_EQ(testing::fault_of(text), "") << text;
  }
  EXPECT_GT(accepted, 1000) << "the mutations should reach what is accepted, too";
}

}  // namespace
}  // namespace beckon::egress
