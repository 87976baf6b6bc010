#include "node/carried.h"

#include <mutex>
#include <set>

#include "base/packing.h"

namespace beckon::node {
namespace {

constexpr std::size_t kMostFields = 256;       // more than any client may send (HttpLimits::fields)
constexpr std::size_t kMostContentTypes = 64;  // that handlers set: a dozen
constexpr std::uint64_t kLongestWait = 3'600'000;

// http::Response keeps a view, which lives as long as the process.
std::string_view kept(std::string_view content_type) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> all;
  const std::lock_guard lock(mutex);
  const auto found = all.find(content_type);
  if (found != all.end()) return *found;
  return all.size() < kMostContentTypes ? std::string_view(*all.emplace(content_type).first)
                                        : "application/octet-stream";
}

bool is_clean(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

struct Arrived {
  std::string bytes;
  http::Request request;
};

}  // namespace

std::string pack_request(const http::Request& request, int lane, std::chrono::milliseconds patience) {
  std::string out;
  out.reserve(request.body.size() + 512);
  Packer packer(out);
  packer.byte(static_cast<std::uint8_t>(lane));
  packer.byte(request.is_placed ? 1 : 0);
  packer.byte(static_cast<std::uint8_t>(request.method));
  packer.number(static_cast<std::uint64_t>(patience.count()));
  packer.text(request.id.text);
  packer.text(request.client.text());
  packer.text(request.target);
  packer.text(request.path);
  packer.text(request.query);
  packer.number(request.fields.size());
  for (const http::Field& field : request.fields) {
    packer.text(field.name);
    packer.text(field.value);
  }
  packer.text(request.body);
  return out;
}

std::optional<ArrivedRequest> unpack_request(std::string packed, Instant received) {
  auto arrived = std::make_shared<Arrived>(Arrived{.bytes = std::move(packed), .request = {}});
  http::Request& request = arrived->request;
  Unpacker unpacker(arrived->bytes);
  const std::uint8_t lane = unpacker.byte();
  const std::uint8_t is_placed = unpacker.byte();
  if (lane >= kMostLanes || is_placed > 1) return std::nullopt;
  request.is_placed = is_placed == 1;
  const std::uint8_t method = unpacker.byte();
  if (method > static_cast<std::uint8_t>(http::Method::kOther)) return std::nullopt;
  request.method = static_cast<http::Method>(method);
  const std::uint64_t patience = unpacker.number();
  request.id.text = std::string(unpacker.text());
  const auto client = IpAddress::parse(unpacker.text());
  request.target = unpacker.text();
  request.path = unpacker.text();
  request.query = unpacker.text();
  const std::uint64_t fields = unpacker.number();
  if (!client || patience > kLongestWait || fields > kMostFields || !is_clean(request.id.text)) return std::nullopt;
  for (std::uint64_t i = 0; i < fields; ++i) {
    const std::string_view name = unpacker.text();
    request.fields.push_back({name, unpacker.text()});
  }
  request.body = std::string(unpacker.text());
  if (!unpacker.ok() || !unpacker.rest().empty()) return std::nullopt;
  request.client = *client;
  request.received = received;
  return ArrivedRequest{
      .request = {arrived, &arrived->request}, .lane = lane, .patience = std::chrono::milliseconds{patience}};
}

std::string pack_answer(const http::Response& response) {
  std::string out;
  out.reserve(response.body.size() + 256);
  Packer packer(out);
  packer.number(static_cast<std::uint64_t>(response.status));
  packer.text(response.content_type);
  packer.number(response.headers.size());
  for (const auto& [name, value] : response.headers) {
    packer.text(name);
    packer.text(value);
  }
  packer.text(response.body);
  return out;
}

std::optional<http::Response> unpack_answer(std::string_view packed) {
  http::Response response;
  Unpacker unpacker(packed);
  const std::uint64_t status = unpacker.number();
  const std::string_view content_type = unpacker.text();
  const std::uint64_t headers = unpacker.number();
  if (status < 200 || status > 599 || headers > kMostFields || !is_clean(content_type)) return std::nullopt;
  for (std::uint64_t i = 0; i < headers; ++i) {
    const std::string_view name = unpacker.text();
    response.headers.emplace_back(name, unpacker.text());
  }
  response.body = std::string(unpacker.text());
  if (!unpacker.ok() || !unpacker.rest().empty()) return std::nullopt;
  response.status = static_cast<int>(status);
  response.content_type = kept(content_type);
  return response;
}

}  // namespace beckon::node
