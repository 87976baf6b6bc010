// Whose a record is, read without the rest of it.
#pragma once
#include <string_view>

namespace beckon::ledger {

// `record`: the bytes of an item of JournalReader (codec.h). Empty for a ForgetRecord, which names no handle, and for a
// damaged record.
std::string_view handle_of(std::string_view record);

}  // namespace beckon::ledger
