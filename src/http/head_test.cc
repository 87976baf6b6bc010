#include "http/head.h"

#include <gtest/gtest.h>

#include <string>

namespace beckon::http {
namespace {

struct Outcome {
  int status = 0;  // 0: accepted
  Framing framing;
  Request request;
  std::string head;
};

int status_of_refusal(FaultCode code) {
  return code == FaultCode::kUriTooLong          ? 414
         : code == FaultCode::kHeadersTooLarge   ? 431
         : code == FaultCode::kExpectationFailed ? 417
         : code == FaultCode::kInvalidPayload    ? 400
                                                 : -1;
}

Outcome read(std::string text, const HttpLimits& limits = {}) {
  Outcome outcome;
  outcome.head = std::move(text);
  HeadScan scan;
  const auto size = find_head_end(outcome.head, scan, limits);
  if (!size) {
    outcome.status = status_of_refusal(size.error().code);
    return outcome;
  }
  EXPECT_EQ(*size, outcome.head.size()) << outcome.head;
  const auto framing = parse_head(outcome.head, outcome.request, limits);
  if (framing) {
    outcome.framing = *framing;
  } else {
    outcome.status = status_of_refusal(framing.error().code);
  }
  return outcome;
}

int status(const std::string& lines) { return read("POST /p HTTP/1.1\r\n" + lines + "\r\n").status; }

TEST(Head, IsReadIntoItsParts) {
  const auto outcome = read("GET /a/b?x=1&y HTTP/1.1\r\nHost: example:80\r\nX-Empty:\r\nX-Two: \t a b \r\n\r\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.request.method, Method::kGet);
  EXPECT_EQ(outcome.request.path, "/a/b");
  EXPECT_EQ(outcome.request.query, "x=1&y");
  EXPECT_EQ(outcome.request.header("x-TWO"), "a b");
  EXPECT_EQ(outcome.request.header("x-empty"), "");
  EXPECT_TRUE(outcome.framing.keep_alive);
  EXPECT_FALSE(outcome.framing.has_body());
}

TEST(Head, HasTheTraceOfExactlyOneValidTraceparent) {
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto trace = [](const std::string& lines) {
    return read("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n").request.trace();
  };
  EXPECT_EQ(trace("TraceParent: " + parent + "\r\n").parent, parent);
  EXPECT_TRUE(trace("").empty());
  EXPECT_TRUE(trace("traceparent: " + parent + "x\r\n").empty());
  EXPECT_TRUE(trace("traceparent: " + parent + "\r\ntraceparent: " + parent + "\r\n").empty());
  EXPECT_TRUE(trace("traceparent: no\r\ntraceparent: " + parent + "\r\n").empty());
  const Trace both = trace("tracestate: a=1\r\ntraceparent: " + parent + "\r\nTraceState: b=2\r\n");
  EXPECT_EQ(both.parent, parent);
  EXPECT_EQ(both.state, "a=1,b=2");
  EXPECT_EQ(trace("tracestate: a=1\r\n").state, "") << "of no trace";
  EXPECT_EQ(trace("traceparent: " + parent + "\r\ntracestate: A=1\r\n").state, "");
  EXPECT_EQ(trace("traceparent: " + parent + "\r\ntracestate: A=1\r\n").parent, parent);
}

TEST(Head, SaysHowTheBodyIsFramed) {
  EXPECT_EQ(read("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n").framing.length, 12U);
  EXPECT_TRUE(read("POST /p HTTP/1.1\r\nHost: a\r\ntransfer-encoding: Chunked\r\n\r\n").framing.chunked);
  EXPECT_TRUE(read("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").framing.expects_continue);
}

TEST(Head, RefusesWhatTwoParsersCouldReadInTwoWays) {
  EXPECT_EQ(status("Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 3, 3\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nAuthorization: Bearer a\r\nX-Api-Key: b\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nOrigin: https://a.example\r\nOrigin: https://b.example\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Type: text/plain\r\nContent-Type: application/json\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nAuthorization: Bearer a\r\nOrigin: null\r\nContent-Type: text/plain\r\nX-A: 1\r\n"), 0);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length: +3\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length: -1\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 0x3\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length:\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 99999999999999999999\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked, identity\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: xchunked\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: \x0b"
                   "chunked\r\n"),
            400);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding : chunked\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX: 1\r\n folded\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX: 1\r\n\tfolded\r\n"), 400);
  EXPECT_EQ(status(" Host: a\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX : 1\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\n: 1\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX: a\nY: b\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX: a\rb\r\n"), 400);
  EXPECT_EQ(status(std::string("Host: a\r\nX: a\0b\r\n", 17)), 400);
  EXPECT_EQ(status("Host: a\r\nX: \x7f\r\n"), 400);
  EXPECT_EQ(status("Host: a\r\nX\x80: b\r\n"), 400);
}

TEST(Head, NeedsExactlyOneHost) {
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("Host: a\r\nHost: a\r\n"), 400);
  EXPECT_EQ(status("Host:\r\n"), 400);
  EXPECT_EQ(status("Host: a b\r\n"), 400);
  EXPECT_EQ(status("Host: a/b\r\n"), 400);
  EXPECT_EQ(status("Host: user@a\r\n"), 400);
  EXPECT_EQ(status("Host: [::1]:80\r\n"), 0);
  EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n").status, 0);
}

TEST(Head, RefusesMalformedRequestLines) {
  for (const char* line :
       {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET / HTTP/2.0", "GET / http/1.1",
        "G@T / HTTP/1.1", "GET a HTTP/1.1", "GET /a\tb HTTP/1.1", "GET /# HTTP/1.1", "GET * HTTP/1.1",
        "GET /\x80 HTTP/1.1", "CONNECT a:443 HTTP/1.1", "GET ftp://a/ HTTP/1.1", ""}) {
    EXPECT_EQ(read(std::string(line) + "\r\nHost: a\r\n\r\n").status, 400) << line;
  }
}

TEST(Head, TakesAnAbsoluteTargetOfTheSameHost) {
  const auto outcome = read("GET http://a:80/p?q HTTP/1.1\r\nHost: a:80\r\n\r\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.request.path, "/p");
  EXPECT_EQ(outcome.request.query, "q");
  EXPECT_EQ(read("GET http://b/p HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(read("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/");
}

TEST(Head, KeepsOrClosesAsTheClientSays) {
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").framing.keep_alive);
  EXPECT_FALSE(
      read("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n").framing.keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").framing.keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").framing.keep_alive);
  EXPECT_EQ(read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status, 400);
}

TEST(Head, MeetsNoOtherExpectation) { EXPECT_EQ(status("Host: a\r\nExpect: 200-ok\r\n"), 417); }

TEST(Head, LimitsAreExact) {
  const HttpLimits limits{.target = 10, .fields_bytes = 40, .fields = 3};
  EXPECT_EQ(read("GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n", limits).status, 0);
  EXPECT_EQ(read("GET /1234567890 HTTP/1.1\r\nHost: a\r\n\r\n", limits).status, 414);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits).status, 0);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits).status, 431);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(26, 'x') + "\r\n\r\n", limits).status, 0);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(27, 'x') + "\r\n\r\n", limits).status, 431);
}

TEST(Head, LimitsAreTheSameWhereverItIsCut) {
  const HttpLimits limits{.target = 10, .fields_bytes = 17, .fields = 3};
  for (const std::string head :
       {"GET /2345 HTTP/1.1\r\nHost: a\r\nB: 234\r\n\r\n",
        "0123456789012345678901234567890123456789012345678901234567890123456789 123\r\n\r\n"}) {
    for (std::size_t cut = 0; cut < head.size(); ++cut) {
      HeadScan scan;
      EXPECT_EQ(find_head_end(std::string_view(head).substr(0, cut), scan, limits), 0U) << cut;
      EXPECT_EQ(find_head_end(head, scan, limits), head.size()) << cut;
    }
  }
}

TEST(Head, IsRefusedBeforeItsLinesEnd) {
  const HttpLimits limits{.target = 100, .fields_bytes = 200};
  HeadScan first;
  EXPECT_EQ(find_head_end(std::string(165, 'x'), first, limits).error().code, FaultCode::kUriTooLong);
  HeadScan second;
  const std::string fields = "GET / HTTP/1.1\r\nX: " + std::string(200, 'x');
  EXPECT_EQ(find_head_end(fields, second, limits).error().code, FaultCode::kHeadersTooLarge);
}

TEST(Head, IsFoundWhateverThePieces) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
  HeadScan scan;
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(find_head_end(std::string_view(head).substr(0, size), scan, {}), 0U);
  }
  EXPECT_EQ(find_head_end(head + "rest", scan, {}), head.size());
}

TEST(Request, QueryParametersAreDecoded) {
  Request request;
  request.query = "a=1&b=x%20y+z&c&d=%zz&a=2";
  EXPECT_EQ(request.query_param("a"), "1");
  EXPECT_EQ(request.query_param("b"), "x y z");
  EXPECT_EQ(request.query_param("c"), "");
  EXPECT_EQ(request.query_param("d"), std::nullopt);
  EXPECT_EQ(request.query_param("e"), std::nullopt);
}

TEST(PublicName, IsOneThatOthersUse) {
  for (const char* host : {"beckon.example", "a.b.example:8443", "BECKON.example.", "7.example", "server"})
    EXPECT_TRUE(is_public_name(host)) << host;
  for (const char* host : {"", ":443", "localhost", "LocalHost:8080", "app.localhost", "localhost.", "127.0.0.1",
                           "192.0.2.7:443", "[::1]", "[2001:db8::1]:443", "127.1", "."})
    EXPECT_FALSE(is_public_name(host)) << host;
}

}  // namespace
}  // namespace beckon::http
