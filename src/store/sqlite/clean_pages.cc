#include "store/sqlite/clean_pages.h"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <vector>

#include "base/check.h"

namespace beckon::store {
namespace {

constexpr std::size_t kFileHeader = 100;

// The data file; other files use the default VFS directly.
struct DataFile {
  sqlite3_file base;
  sqlite3_file* real;  // after this struct, in the same allocation
};

constexpr int kRealAt = (sizeof(DataFile) + 15) / 16 * 16;

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<DataFile*>(file)->real; }

bool is_page(int size, sqlite3_int64 at) {
  return size >= 512 && size <= 65536 && std::has_single_bit(static_cast<unsigned>(size)) && at % size == 0;
}

int write_page(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  sqlite3_file* to = real(file);
  if (!is_page(size, at)) return to->pMethods->xWrite(to, bytes, size, at);
  thread_local std::vector<unsigned char> page;
  const auto* from = static_cast<const unsigned char*>(bytes);
  page.assign(from, from + size);
  sqlite3_int64 length = 0;
  if (clean_page(page, at == 0) && to->pMethods->xFileSize(to, &length) == SQLITE_OK &&
      std::max(length, at) / size < kMostPagesToClean)
    bytes = page.data();
  return to->pMethods->xWrite(to, bytes, size, at);
}

// Forwards everything; only `write_page` inspects its data.
const sqlite3_io_methods kMethods = {
    .iVersion = 3,
    .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* to, int size,
                sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, size, at); },
    .xWrite = write_page,
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
    .xSync = [](sqlite3_file* f, int flags) { return real(f)->pMethods->xSync(real(f), flags); },
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
    .xLock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
    .xUnlock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
    .xCheckReservedLock = [](sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); },
    .xFileControl = [](sqlite3_file* f, int what,
                       void* with) { return real(f)->pMethods->xFileControl(real(f), what, with); },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    .xShmMap = [](sqlite3_file* f, int part, int size, int extend,
                  void volatile** to) { return real(f)->pMethods->xShmMap(real(f), part, size, extend, to); },
    .xShmLock = [](sqlite3_file* f, int at, int n,
                   int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    .xFetch = [](sqlite3_file* f, sqlite3_int64 at, int size,
                 void** to) { return real(f)->pMethods->xFetch(real(f), at, size, to); },
    .xUnfetch = [](sqlite3_file* f, sqlite3_int64 at,
                   void* from) { return real(f)->pMethods->xUnfetch(real(f), at, from); },
};

sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  if (!(flags & SQLITE_OPEN_MAIN_DB)) return below(vfs)->xOpen(below(vfs), name, file, flags, flags_out);
  auto* made = new (file) DataFile{};
  made->real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kRealAt);
  made->real->pMethods = nullptr;
  const int code = below(vfs)->xOpen(below(vfs), name, made->real, flags, flags_out);
  // SQLite closes any file that has methods, even if opening failed.
  if (made->real->pMethods) made->base.pMethods = &kMethods;
  return code;
}

sqlite3_vfs made_over(sqlite3_vfs* given) {
  CHECK(given != nullptr && given->iVersion >= 2);
  return {
      .iVersion = 2,
      .szOsFile = kRealAt + given->szOsFile,
      .mxPathname = given->mxPathname,
      .zName = "beckon-clean",
      .pAppData = given,
      .xOpen = open_file,
      .xDelete = [](sqlite3_vfs* v, const char* name, int sync) { return below(v)->xDelete(below(v), name, sync); },
      .xAccess = [](sqlite3_vfs* v, const char* name, int flags,
                    int* out) { return below(v)->xAccess(below(v), name, flags, out); },
      .xFullPathname = [](sqlite3_vfs* v, const char* name, int size,
                          char* out) { return below(v)->xFullPathname(below(v), name, size, out); },
      .xDlOpen = [](sqlite3_vfs* v, const char* name) { return below(v)->xDlOpen(below(v), name); },
      .xDlError = [](sqlite3_vfs* v, int size, char* out) { below(v)->xDlError(below(v), size, out); },
      .xDlSym = [](sqlite3_vfs* v, void* of, const char* name) { return below(v)->xDlSym(below(v), of, name); },
      .xDlClose = [](sqlite3_vfs* v, void* of) { below(v)->xDlClose(below(v), of); },
      .xRandomness = [](sqlite3_vfs* v, int size, char* out) { return below(v)->xRandomness(below(v), size, out); },
      .xSleep = [](sqlite3_vfs* v, int us) { return below(v)->xSleep(below(v), us); },
      .xCurrentTime = [](sqlite3_vfs* v, double* out) { return below(v)->xCurrentTime(below(v), out); },
      .xGetLastError = [](sqlite3_vfs* v, int size, char* out) { return below(v)->xGetLastError(below(v), size, out); },
      .xCurrentTimeInt64 = [](sqlite3_vfs* v,
                              sqlite3_int64* out) { return below(v)->xCurrentTimeInt64(below(v), out); },
  };
}

}  // namespace

const char* clean_vfs() {
  static sqlite3_vfs vfs = made_over(sqlite3_vfs_find(nullptr));
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  CHECK(registered == SQLITE_OK);
  return vfs.zName;
}

bool clean_page(std::span<unsigned char> page, bool first) {
  const std::size_t head = first ? kFileHeader : 0;
  const auto number = [&](std::size_t at) { return static_cast<std::size_t>(page[at] << 8 | page[at + 1]); };
  if (page.size() < head + 12) return false;
  const unsigned kind = page[head];
  const bool leaf = kind == 10 || kind == 13, inner = kind == 2 || kind == 5;
  if (!leaf && !inner) return false;
  const std::size_t cells = number(head + 3);
  const std::size_t content = number(head + 5) == 0 ? 65536 : number(head + 5);
  const std::size_t pointers = head + (inner ? 12 : 8), free = pointers + 2 * cells;
  if (free > content || content > page.size()) return false;
  for (std::size_t i = 0; i < cells; ++i)
    if (const std::size_t cell = number(pointers + 2 * i); cell < content || cell >= page.size()) return false;
  const auto gap = page.subspan(free, content - free);
  if (std::ranges::all_of(gap, [](unsigned char byte) { return byte == 0; })) return false;
  std::ranges::fill(gap, static_cast<unsigned char>(0));
  return true;
}

}  // namespace beckon::store
