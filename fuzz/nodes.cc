// What a node reads from another: frames are the same wherever the bytes are cut, and never longer than the limit; a
// request or an answer that is accepted has clean ids and the same meaning when it is packed again.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "input.h"
#include "node/carried.h"
#include "node/frame.h"

namespace {

using namespace beckon;

// Everything that the reader gave, as frames; a fault ends it.
std::string read_in(fuzz::Cuts cuts, std::string_view bytes) {
  node::FrameReader reader;
  std::string taken;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, std::max<std::size_t>(1, cuts.next()));
    bytes.remove_prefix(part.size());
    reader.add(part);
    for (;;) {
      const auto frame = reader.next();
      if (!frame) return taken + "fault";
      if (!*frame) break;
      CHECK((*frame)->payload.size() <= node::kMostPayload);
      node::append_frame(taken, **frame);
    }
  }
  return taken;
}

void check_message(std::string_view bytes) {
  if (const auto arrived = node::unpack_request(std::string(bytes), Instant{})) {
    const std::string packed = node::pack_request(*arrived->request, arrived->lane, arrived->patience);
    const auto again = node::unpack_request(packed, Instant{});
    CHECK(again && node::pack_request(*again->request, again->lane, again->patience) == packed);
  }
  if (const auto response = node::unpack_answer(bytes)) {
    CHECK(response->status >= 200 && response->status <= 599);
    const std::string packed = node::pack_answer(*response);
    const auto again = node::unpack_answer(packed);
    CHECK(again && node::pack_answer(*again) == packed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input input(bytes, size);
  const fuzz::Cuts cuts(input);
  fuzz::Input none(nullptr, 0);
  CHECK(read_in(cuts, input.rest()) == read_in(fuzz::Cuts(none), input.rest()));
  check_message(input.rest());
  return 0;
}
