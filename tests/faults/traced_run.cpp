#include "tests/faults/traced_run.h"

#include <fstream>
#include <regex>

#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

// Every call that can make, change or remove a name.
constexpr const char* kCalls =
    "trace=open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,"
    "linkat,"
    "symlink,symlinkat,unlink,unlinkat,rmdir,truncate,chmod,fchmodat,chown,fchownat";

}  // namespace

std::optional<TracedRun> run_traced(std::vector<std::string> command,
                                    const ProcessOptions& options) {
  const TemporaryFolder folder;
  const std::string trace = folder / "trace";
  // -s: names are shown whole.
  const std::vector<std::string> tracer = {"strace", "-f",   "-qq", "-s", "5000",
                                           "-e",     kCalls, "-o",  trace};
  command.insert(command.begin(), tracer.begin(), tracer.end());
  TracedRun run;
  try {
    // The leak check of a sanitizer can't do its work in a program that is traced.
    ProcessOptions traced = options;
    traced.environment.emplace("ASAN_OPTIONS", "detect_leaks=0");
    run.result = run_process(command, traced);
  } catch (const std::runtime_error&) {  // not installed
    return std::nullopt;
  }
  if (run.result.err.find("ptrace") != std::string::npos) return std::nullopt;
  const std::regex call(R"(^\d+ +(\w+)\()");
  const std::regex quoted("\"((?:[^\"\\\\]|\\\\.)*)\"");
  std::ifstream lines(trace);
  bool any = false;
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (!std::regex_search(line, found, call)) continue;
    any = true;
    const bool opens = found[1].str().starts_with("open");
    const bool writes = line.find("O_WRONLY") != std::string::npos ||
                        line.find("O_RDWR") != std::string::npos ||
                        line.find("O_CREAT") != std::string::npos;
    if (opens && !writes) continue;
    for (auto at = std::sregex_iterator(line.begin(), line.end(), quoted);
         at != std::sregex_iterator(); ++at) {
      const std::string path = (*at)[1];
      if (path != "/dev/null" && !path.starts_with("/proc/self/task/")) run.touched.push_back(path);
    }
  }
  if (!any) return std::nullopt;
  return run;
}

}  // namespace simdb::test
