#include "ledger/identity.h"

#include <string>

namespace beckon::ledger {
namespace {
constexpr char kBeforeNumber = '\x1f';
}  // namespace

VisitorId browser_id(std::string_view anonymous) {
  VisitorId id;
  id.text.append(1, kBrowserMark).append(anonymous);
  return id;
}

VisitorId share_id(std::string_view anonymous, std::uint32_t number) {
  VisitorId id = browser_id(anonymous);
  id.text.append(1, kBeforeNumber).append(std::to_string(number));
  return id;
}

std::string_view shown_id(std::string_view id) { return id.substr(0, id.find(kBeforeNumber)); }

std::string_view anonymous_of(std::string_view id) { return shown_id(id).substr(1); }

}  // namespace beckon::ledger
