#include "egress/international_name.h"

#include <unicode/uidna.h>

#include <array>

#include "base/check.h"

namespace beckon::egress {
namespace {

// Created on first use: ICU then reads its data. UTS 46 without the transitional mapping that its revisions dropped.
const UIDNA* uts46() {
  static const UIDNA* const kRules = [] {
    UErrorCode error = U_ZERO_ERROR;
    const UIDNA* made =
        uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
    CHECK(U_SUCCESS(error));
    return made;
  }();
  return kRules;
}

bool is_valid(std::string_view label) {
  std::array<char, 64> ascii{};  // a label has at most 63 characters
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode error = U_ZERO_ERROR;
  uidna_labelToASCII_UTF8(uts46(), label.data(), static_cast<int>(label.size()), ascii.data(), ascii.size(), &info,
                          &error);
  return U_SUCCESS(error) && info.errors == 0;
}

}  // namespace

bool has_valid_international_labels(std::string_view host) {
  for (std::size_t from = 0; from < host.size();) {
    const auto label = host.substr(from, host.find('.', from) - from);
    if (label.starts_with("xn--") && !is_valid(label)) return false;
    from += label.size() + 1;
  }
  return true;
}

}  // namespace beckon::egress
