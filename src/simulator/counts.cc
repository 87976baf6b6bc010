#include "simulator/counts.h"

namespace beckon::simulator {
namespace {

constexpr std::array<std::string_view, kCounts> kNames{"requests accepted",
                                                       "requests refused",
                                                       "answers lost with the process",
                                                       "requests sent again",
                                                       "events published",
                                                       "of them unmatched",
                                                       "subscriptions made",
                                                       "changed or enabled",
                                                       "disabled",
                                                       "deleted",
                                                       "sessions erased",
                                                       "retries by hand",
                                                       "replays",
                                                       "tests",
                                                       "offers made",
                                                       "visitors joined",
                                                       "joins undone",
                                                       "rules saved",
                                                       "of them in force once windows were filled",
                                                       "judged by them",
                                                       "commits",
                                                       "attempts",
                                                       "of them retries",
                                                       "deliveries delivered",
                                                       "failed",
                                                       "withdrawn",
                                                       "timers fired",
                                                       "messages due",
                                                       "disabled by the server",
                                                       "snapshots",
                                                       "crashes",
                                                       "of them inside of a step",
                                                       "unsynced commits lost",
                                                       "unsynced commits kept",
                                                       "stops",
                                                       "writes on a full disk",
                                                       "writes out of the reserve",
                                                       "writes on a busy file",
                                                       "failed syncs",
                                                       "failed reads",
                                                       "clock set forward",
                                                       "clock set back",
                                                       "timeouts",
                                                       "connections refused",
                                                       "connections reset",
                                                       "names not resolved",
                                                       "answers 5xx",
                                                       "answers with Retry-After",
                                                       "answers 410",
                                                       "other terminal answers",
                                                       "attempts repeated after a crash"};

}  // namespace

std::string_view to_text(Count count) { return kNames[static_cast<std::size_t>(count)]; }

}  // namespace beckon::simulator
