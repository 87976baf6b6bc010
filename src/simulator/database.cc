#include "simulator/database.h"

#include <algorithm>
#include <ranges>

namespace beckon::simulator {

using store::CommitRow;
using store::Division;
using store::Fence;
using store::JournalPlace;
using store::kLanes;
using store::LeaseTerm;
using store::Shard;

namespace {

constexpr std::size_t kRemembered = 500;  // statements, to find one that is carried out twice

std::size_t index(Shard shard) { return static_cast<std::size_t>(shard); }

}  // namespace

Database::Database(Stage& stage, Agenda& agenda, bool synchronous)
    : stage_(stage), agenda_(agenda), synchronous_(synchronous) {
  for (int lane = 0; lane < kLanes; ++lane) stores_.push_back(std::make_unique<store::MemoryStore>());
}

bool Database::has_no_key() {
#ifdef BECKON_FAULTS_PLANTED
  return store::the_planted_name == "no_key";
#else
  return false;
#endif
}

// The caller changes what it returns, which is then the newest.
Database::Tables& Database::change() {
  tables_ = std::make_shared<Tables>(*tables_);
  log_.push_back({.at = stage_.time.passed(), .tables = tables_});
  return *tables_;
}

void Database::enter(const store::NodeIdentity& node) {
  change().nodes[node.name] = {node, stage_.time.passed() + LeaseTerm::kLength};
}

bool Database::renew(const store::NodeIdentity& node) {
  const auto known = tables_->nodes.find(node.name);
  if (known != tables_->nodes.end() && known->second.node.incarnation != node.incarnation) return false;
  enter(node);
  return true;
}

void Database::renew_all() {
  Tables& tables = change();
  for (auto& [name, one] : tables.nodes) one.until = stage_.time.passed() + LeaseTerm::kLength;
}

Division Database::division() const {
  Division found;
  for (const auto& [name, one] : tables_->nodes)
    found.nodes.push_back({.node = one.node, .left = one.until - stage_.time.passed()});
  for (const auto& one : tables_->shards) found.shards.push_back({one.owner, one.wanted});
  return found;
}

std::optional<Epochs> Database::take(const store::NodeIdentity& node, int lane) {
  for (const Shard shard : store::shards_of(lane))
    for (const auto& [name, one] : tables_->nodes)
      if (name != node.name && one.node.incarnation == tables_->shards[index(shard)].owner &&
          one.until > stage_.time.passed())
        return std::nullopt;
  return own(node, lane);
}

std::optional<Epochs> Database::take_from(const store::NodeIdentity& node, int lane, const std::string& from,
                                          std::int64_t epoch) {
  if (tables_->shards[index(store::shards_of(lane).front())].epoch != epoch) return std::nullopt;
  for (const Shard shard : store::shards_of(lane))
    if (tables_->shards[index(shard)].owner != from) return std::nullopt;
  return own(node, lane);
}

Epochs Database::own(const store::NodeIdentity& node, int lane) {
  Tables& tables = change();
  Epochs epochs{};
  for (const Shard shard : store::shards_of(lane)) {
    tables.shards[index(shard)].owner = node.incarnation;
    epochs[index(shard)] = ++tables.shards[index(shard)].epoch;
  }
  return epochs;
}

void Database::release(const std::string& incarnation, int lane) {
  Tables& tables = change();
  for (const Shard shard : store::shards_of(lane)) {
    auto& row = tables.shards[index(shard)];
    if (row.owner != incarnation) continue;
    row.owner.clear();
    ++row.epoch;
  }
}

void Database::want(int lane, const std::string& node) {
  Tables& tables = change();
  for (const Shard shard : store::shards_of(lane)) tables.shards[index(shard)].wanted = node;
}

bool Database::is_fenced(const Writer& writer, Fence fence, Shard shard) const {
  const auto& row = tables_->shards[index(shard)];
  if (fence == Fence::kNone) return false;
  return row.owner != writer.incarnation ||
         (fence == Fence::kOwnerAndEpoch && row.epoch != writer.epochs[index(shard)]);
}

// As whoever looks at all of it knows: a row is added by the owner alone, behind all others of its shard, and not
// before the owner has said what is lost of those that it had acknowledged.
void Database::check(const Writer& writer, const CommitRow& row) const {
  for (const Shard shard : row.shards) {
    const auto& of_shard = tables_->shards[index(shard)];
    require(of_shard.owner == writer.incarnation && of_shard.epoch == writer.epochs[index(shard)], [&] {
      return "N1: " + writer.incarnation + " commits to shard " + std::to_string(shard) + ", which " +
             (of_shard.owner.empty() ? "nobody" : of_shard.owner) + " owns, in epoch " + std::to_string(of_shard.epoch);
    });
    const auto& rows = rows_[index(shard)];
    require(rows.empty() || rows.rbegin()->first < row.place, [&] {
      return "N2: a row of shard " + std::to_string(shard) + " is added at " + std::to_string(row.place.position) +
             ", where there is one, or behind which";
    });
    JournalPlace last;
    for (const auto& [other, newest] : newest(store::shards_of(store::lane_of(shard))))
      last = std::max(last, newest.place);
    require(row.place.position <= last.position + 1, [&] {
      return "N2: a row of shard " + std::to_string(shard) + " is added at " + std::to_string(row.place.position) +
             ", and the last of its lane is " + std::to_string(last.position);
    });
    const auto told = told_[index(shard)].find(writer.incarnation);
    const bool hides = told != told_[index(shard)].end() && told->second.is_lost;
    require(!hides, [&] {
      return "N3: " + writer.incarnation + " commits to shard " + std::to_string(shard) +
             " although it had acknowledged what is lost, up to " + std::to_string(told->second.row.place.position);
    });
  }
}

std::optional<Database::Kind> Database::commit(int lane, const Writer& writer, Fence fence, CommitRow& row,
                                               const commit::Batch* batch) {
  for (const Shard shard : row.shards)
    if (is_fenced(writer, fence, shard)) return Kind::kFenced;
  for (const Shard shard : row.shards)
    if (rows_[index(shard)].contains(row.place) && !has_no_key()) return Kind::kTaken;
  check(writer, row);
  const auto is_same = [&](const Entry& entry) {
    return batch && !batch->journal.empty() && entry.lane == lane && entry.batch && entry.batch->at == batch->at &&
           entry.batch->journal == batch->journal;
  };
  require(std::ranges::none_of(log_ | std::views::reverse | std::views::take(kRemembered), is_same),
          [&] { return "N6: what is at " + std::to_string(row.place.position) + " is stored already"; });
  log_.push_back({.at = stage_.time.passed(),
                  .tables = tables_,
                  .lane = lane,
                  .epochs = writer.epochs,
                  .row = row,
                  .batch = batch ? std::make_shared<const commit::Batch>(*batch) : nullptr});
  carry_out(log_.back(), &row.receipt);
  return std::nullopt;
}

void Database::carry_out(const Entry& entry, commit::Receipt* receipt) {
  for (const Shard shard : entry.row.shards)
    rows_[index(shard)][entry.row.place] = {entry.row.id, entry.epochs[index(shard)]};
  auto& to = store(entry.lane).commit();
  const bool is_row = entry.batch && !entry.batch->journal.empty();
  to.number_from(entry.row.place.position + (is_row ? 0 : 1));
  if (!entry.batch) return;
  auto written = to.write(*entry.batch);
  if (receipt) receipt->unfinished = std::move(written->unfinished);
}

store::RowsByShard Database::newest(const std::vector<Shard>& shards) const {
  store::RowsByShard found;
  for (const Shard shard : shards)
    if (const auto& rows = rows_[index(shard)]; !rows.empty())
      found[shard] = {.place = rows.rbegin()->first, .id = rows.rbegin()->second.id};
  return found;
}

std::optional<std::string> Database::id_at(Shard shard, const JournalPlace& place) const {
  const auto found = rows_[index(shard)].find(place);
  return found == rows_[index(shard)].end() ? std::nullopt : std::optional(found->second.id);
}

ledger::Position Database::last_before(Shard shard, const JournalPlace& place, std::int64_t epoch) const {
  ledger::Position last = 0;
  for (const auto& [at, row] : rows_[index(shard)])
    if (at < place && row.epoch <= epoch) last = at.position;
  return last;
}

std::optional<Database::Kind> Database::confirm(const Writer& writer, Fence fence, Shard shard) {
  if (is_fenced(writer, fence, shard)) return Kind::kFenced;
  change();
  return std::nullopt;
}

void Database::when_durable(std::function<void(bool)> told) {
  if (!synchronous_) return told(false);
  if (!is_replica_there_) return waiting_.push_back(std::move(told));
  agenda_.at(stage_.time.passed() + stage_.dice.between(0ms, 2ms),
             [this, upto = log_.size(), generation = generation_, told = std::move(told)]() mutable {
               if (generation != generation_) return;
               if (!is_replica_there_) return waiting_.push_back(std::move(told));
               durable_ = std::max(durable_, upto);
               told(false);
             });
}

void Database::find_replica() {
  if (std::exchange(is_replica_there_, true)) return;
  durable_ = log_.size();
  for (auto& told : std::exchange(waiting_, {})) told(false);
}

void Database::cancel_waits() {
  for (auto& told : std::exchange(waiting_, {})) told(true);
}

void Database::acknowledged(const std::string& incarnation, Shard shard, const store::JournalRow& row) {
  told_[index(shard)][incarnation] = {.row = row, .at = stage_.time.passed()};
}

void Database::reported(const std::string& incarnation, Shard shard, const JournalPlace& place) {
  auto& of_shard = told_[index(shard)];
  const auto told = of_shard.find(incarnation);
  if (told != of_shard.end() && told->second.row.place <= place) of_shard.erase(told);
}

std::optional<std::string> Database::unreported(const std::function<bool(const std::string&)>& is_alive) {
  std::optional<std::string> found;
  for (std::size_t shard = 0; shard < told_.size(); ++shard)
    std::erase_if(told_[shard], [&](const auto& each) {
      const auto& [incarnation, told] = each;
      const bool is_known = is_alive(incarnation) && stage_.time.passed() < told.at + store::Acknowledged::kRemembered;
      if (is_known && told.is_lost)
        found = incarnation + " had acknowledged a row of shard " + std::to_string(shard) + " at " +
                std::to_string(told.row.place.position);
      return !is_known;
    });
  return found;
}

void Database::stop(Duration lasts) {
  ++generation_;
  away_until_ = stage_.time.passed() + lasts;
  waiting_.clear();
}

std::map<int, Duration> Database::promote() {
  std::size_t kept = durable_;
  if (!synchronous_) {
    const Duration lag = stage_.dice.spread(1ms, 3s);
    kept = log_.size();
    while (kept > 0 && log_[kept - 1].at > stage_.time.passed() - lag) --kept;
  }
  stop(stage_.dice.spread(10ms, 2s));
  std::map<int, Duration> lost;
  for (std::size_t i = kept; i < log_.size(); ++i)
    if (log_[i].lane >= 0 && log_[i].batch) lost.try_emplace(log_[i].lane, log_[i].at);
  for (std::size_t i = kept; i < log_.size(); ++i)
    for (const Shard shard : log_[i].row.shards) rows_[index(shard)].erase(log_[i].row.place);
  log_.resize(kept);
  tables_ = std::make_shared<Tables>(kept == 0 ? Tables{} : *log_.back().tables);
  for (const auto& [lane, at] : lost) store(lane).clear();
  for (const Entry& entry : log_)
    if (lost.contains(entry.lane)) carry_out(entry, nullptr);
  for (std::size_t shard = 0; shard < told_.size(); ++shard)
    for (auto& [incarnation, told] : told_[shard])
      if (id_at(static_cast<Shard>(shard), told.row.place) != told.row.id) told.is_lost = true;
  for (std::size_t shard = 0; synchronous_ && shard < told_.size(); ++shard)
    for (const auto& [incarnation, told] : told_[shard])
      require(!told.is_lost, [&] {
        return "N7: " + incarnation + " has acknowledged a row of shard " + std::to_string(shard) +
               " that the synchronous replica does not have";
      });
  durable_ = log_.size();
  is_replica_there_ = true;
  return lost;
}

}  // namespace beckon::simulator
