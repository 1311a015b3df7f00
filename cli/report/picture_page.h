#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace simdb::cli {

/// A picture with what is said of it. Texts may hold anything.
struct PagePicture {
  std::string title = {};  ///< its id and class
  std::string fact = {};
  std::string source = {};
  std::vector<std::byte> thumbnail = {};  ///< an image file; may be empty
  std::vector<std::byte> kept = {};       ///< the same as an encoder sees it; may be empty
};

/// Pictures to compare, the first with the others.
struct PictureGroup {
  std::string title = {};
  std::string note = {};
  bool is_urgent = false;
  std::vector<PagePicture> pictures = {};
  std::vector<std::string> commands = {};  ///< what to do next
};

struct PicturePage {
  std::string kind = {};  ///< "simdb duplicates"
  std::string title = {};
  std::string lead = {};
  std::vector<PictureGroup> groups = {};
  std::size_t more_groups = 0;  ///< that are not shown
};

/// What a page shows at most; the makers of pages leave out the rest and say so.
inline constexpr std::size_t kMostPageGroups = 400;
inline constexpr std::size_t kMostPagePictures = 12;

/// One HTML page that needs nothing else and runs nothing: no network, no script, and a content
/// security policy that forbids both. Bytes that are not UTF-8 and characters that hide or reorder
/// text are escaped as printable() does. Pure and thread-safe.
std::string render_picture_page(const PicturePage& page);

}  // namespace simdb::cli
