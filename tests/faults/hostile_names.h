#pragma once

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace simdb::test {

/// Names that break what is careless: controls, escapes, paths, markup, every kind of bad UTF-8,
/// names that begin with one another or hold bytes of a key. No name twice.
std::vector<std::string> hostile_names();

/// 1 to 60 characters from all of Unicode that can be part of a name, many of them troublesome.
std::string random_name(std::mt19937_64& random);
/// 0 to 60 bytes of any value.
std::string random_bytes(std::mt19937_64& random);

/// Whether docs/cli.md allows a class this name. Written apart from core/class_name.cpp, by the
/// table of RFC 3629.
bool follows_the_rule(std::string_view name);

/// What a terminal would obey in `text`, in words; empty if nothing: a control character but for
/// the newline, a mark that reorders text, an invisible character, bytes that are not UTF-8.
std::string terminal_problem(std::string_view text);

/// Every file below `folder` but those below `except`, with its content; folders and links with
/// what they are.
using Tree = std::map<std::string, std::string>;
Tree read_tree(const std::filesystem::path& folder,
               const std::vector<std::filesystem::path>& except = {});
/// What has changed between two trees, in words; empty if nothing has.
std::string tree_difference(const Tree& before, const Tree& after);

}  // namespace simdb::test
