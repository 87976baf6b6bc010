#include "commit/replay.h"

#include "ledger/codec.h"
#include "system/log.h"

namespace beckon::commit {

using ledger::Position;

Result<void> Replay::begin(std::string_view handle, std::string_view session) {
  if (begun_) return {};
  const auto stored = ledger_->snapshot(Handle{handle}, SessionId{session});
  if (!stored) return unexpected(stored.error());
  begun_ = true;
  if (!*stored) return {};
  if (auto read = ledger::decode_snapshot(**stored)) {
    session_ = std::move(read->session);
    as_of_ = read->as_of;
  } else {
    log::error("snapshot_damaged")
        .add("handle", handle)
        .add("bytes", static_cast<std::int64_t>((*stored)->bytes.size()));
  }
  return {};
}

// A row has many records, maybe several of one session: the row counts as included once it is complete.
template <class Record>
void Replay::apply(Position position, const Record& record) {
  if (position <= as_of_) return;  // included in the snapshot
  if constexpr (requires { ledger::applied(session_, record, position); })
    session_ = ledger::applied(std::move(session_), record, position);
  else
    session_ = ledger::applied(std::move(session_), record);
  as_of_ = position - 1;
  changed_ = true;
}

Result<void> Replay::take(Position position, std::string_view bytes) {
  const auto record = ledger::decode_record(bytes);
  if (!record) {
    ++damaged_;
    log::error("journal_damaged").add("position", static_cast<std::int64_t>(position));
    return {};
  }
  return std::visit(
      [&](const auto& one) -> Result<void> {
        if constexpr (requires { one.digest; }) {  // it was erased
          if (position > as_of_) session_ = nullptr;
          return {};
        } else {
          Result<void> begun;
          if constexpr (requires { one.own; })
            begun = begin(one.handle, ledger::own_record(one.visitor).view());
          else
            begun = begin(one.handle, one.session);
          if (begun) apply(position, one);
          return begun;
        }
      },
      *record);
}

}  // namespace beckon::commit
