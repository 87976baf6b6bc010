// The lines of other systems' archives: each line becomes an entry that an import accepts, or has a reason why not.
#include "base/check.h"
#include "base/id.h"
#include "base/json.h"
#include "input.h"
#include "neighbours/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  fuzz::Input input(data, size);
  neighbours::Archive archive(static_cast<neighbours::ArchiveFormat>(input.below(3)));
  const auto entry = archive.read(std::string(input.rest()));
  if (!entry) {
    CHECK(!entry.error().empty());
    return 0;
  }
  CHECK(is_session_id(entry->session));
  // Both are objects that the callers close.
  const auto signal = json::parse(entry->json + "}");
  CHECK(signal && signal->root().text_of("sessionId") == entry->session && !signal->root().text_of("type").empty());
  CHECK(!signal->root().text_of("id").empty() && signal->root().text_of("id").size() <= 64);
  if (!entry->person.empty()) {
    const auto person = json::parse(entry->person + "}");
    CHECK(person && !person->root().text_of("visitorId").empty() && person->root().find("set")->is_object());
  }
  return 0;
}
