// What SQLite leaves between the cells of a page when it moves them to another one: bytes of rows, which a later
// deletion does not find, secure_delete or not. Here they are blanked before a page reaches the data file. The WAL
// still has them until it is cut (SqliteStore::empty_wal). Pages that an older version wrote stay as they are until
// they are written again; a backup has none.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace beckon::store {

// Other pages (overflow, freelist) begin with the number of a page, so that in files with fewer pages than this their
// first byte is 0 or 1, and that of no B-tree page is. 128 GiB of pages of 8 KiB: in greater files nothing is blanked.
inline constexpr std::int64_t kMostPagesToClean = 1 << 24;

// The name of a VFS that does so, over the default one. Thread-safe.
const char* clean_vfs();

// Blanks what is between the cell pointers and the cells of a B-tree page (sqlite.org/fileformat.html, 1.6), in place.
// Whether anything was there; false, and nothing done, for what is no such page. `first`: it is the file's first page.
bool clean_page(std::span<unsigned char> page, bool first);

}  // namespace beckon::store
