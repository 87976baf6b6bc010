// The readers of other systems' libraries: any body results in storable data, or in a reason why not.
#include "base/check.h"
#include "base/id.h"
#include "input.h"
#include "intake/signal_reader.h"
#include "neighbours/cloudevents.h"
#include "neighbours/inflate.h"
#include "neighbours/parse.h"
#include "neighbours/posthog.h"
#include "neighbours/segment.h"
#include "neighbours/snowplow.h"

namespace beckon::neighbours {
namespace {

Result<Batch> read(unsigned char reader, json::Document document) {
  switch (reader % 8) {
    case 0: return read_segment(std::move(document), {});
    case 1: return read_segment(std::move(document), "track");
    case 2: return read_posthog(std::move(document));
    case 3: return read_snowplow(std::move(document));
    default: return read_cloudevents(std::move(document));
  }
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xc0) != 0x80; }));
}

void check(const Message& message) {
  const ledger::Signal& signal = message.signal;
  CHECK(characters(signal.value) <= 256 && characters(signal.source) <= 64 && signal.id.size() <= 64);
  for (const std::string_view text : {signal.value, signal.source, signal.id})
    CHECK(text.find('\0') == std::string_view::npos);
  CHECK(message.session.empty() || is_session_id(message.session));
  CHECK(message.traits.changes.size() <= intake::kTraitsPerRequest);
  CHECK(std::ranges::is_sorted(message.context));
  if (!message.issues.empty()) return;
  CHECK(is_signal_key(signal.key));
  if (signal.metadata.empty()) return;
  CHECK(signal.metadata.size() <= intake::kMetadataBytes);
  const auto metadata = json::parse(std::string(signal.metadata));
  CHECK(metadata && metadata->root().is_object() && json::depth(metadata->root()) <= intake::kMetadataDepth);
}

}  // namespace
}  // namespace beckon::neighbours

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::neighbours;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const auto text = inflate_gzip(body)) CHECK(text->size() <= kInflatedMost);
  auto document = parse_json(std::string(body));
  if (!document) return 0;
  const auto batch = read(data[0], std::move(*document));
  if (!batch) return 0;
  CHECK(batch->messages.size() <= kMessagesPerBatch + 1);
  for (const auto& message : batch->messages) check(*message);
  return 0;
}
