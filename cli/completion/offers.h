#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdb::cli {

struct Candidate {
  std::string word;
  std::string note = {};  ///< a few words on it, of one line; may be empty
};

/// What may stand at the cursor.
struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;     ///< paths of files and folders as well
  bool folders = false;   ///< paths of folders as well
  bool no_space = false;  ///< the candidates are begun words
};

/// Adds what is offered where `name` stands on a help page, as "FILE" in "--report FILE". Several
/// are parted by '|':
///   a word in small letters     itself
///   FILE..., PATH..., IMAGE...  paths; ...DIR: folders
///   NAME beside FILE            the encoders that come with simdb
///   CLASS..., C, OLD, NEW       the classes of the database `db`, the value of --db; of none
///                               if the line names a server. Silently none where they can't be
///                               read. Those are left out that can't be shown as they are
///   NAME=N                      every NAME= in `text`, which explains the option
///   WHAT                        what stands as one|other in `text`
/// and nothing for any other. Candidates begin with `before`.
void offer(Completion& completion, std::string_view name, std::string_view text,
           const std::string& before, const std::optional<std::string>& db, bool is_server);

}  // namespace simdb::cli
