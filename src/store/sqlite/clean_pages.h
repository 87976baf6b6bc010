// When SQLite moves cells to another page, it leaves bytes of rows between the remaining cells. A later deletion does
// not find them, even with secure_delete, so they are blanked here before a page reaches the data file. The WAL still
// has them until it is truncated (SqliteStore::empty_wal). Pages written by an older version keep theirs until they are
// rewritten; a backup contains none.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace beckon::store {

// Other pages (overflow, freelist) begin with a page number, so in files with fewer pages than this their first byte is
// 0 or 1, which it never is on a B-tree page. 128 GiB with pages of 8 KiB; nothing is blanked in larger files.
inline constexpr std::int64_t kMostPagesToClean = 1 << 24;

// The name of a VFS that does this on top of the default one. Thread-safe.
const char* clean_vfs();

// Blanks the bytes between the cell pointers and the cells of a B-tree page (sqlite.org/fileformat.html, 1.6). Returns
// whether there were any; false, with no change, for other pages. `first`: it is the file's first page.
bool clean_page(std::span<unsigned char> page, bool first);

}  // namespace beckon::store
