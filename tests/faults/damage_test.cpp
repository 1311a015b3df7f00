// Every file of a database, damaged in every way a disk or a hand can: right answers, or an error
// that says where, or an index built anew. Never a signal, a hang, a wrong answer, or a record that
// is missing without a word.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "simdb/error.h"
#include "tests/faults/gallery_work.h"
#include "tests/support/fault_run.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

// The kinds of files; what is left of a name without its digits.
std::string kind_of(const fs::path& file) {
  std::string name = file.filename();
  std::erase_if(name, [](char c) { return c >= '0' && c <= '9'; });
  return name;
}

std::map<std::string, std::vector<fs::path>> files_of(const fs::path& database) {
  std::map<std::string, std::vector<fs::path>> files;
  for (const auto& entry : fs::recursive_directory_iterator(database)) {
    if (entry.is_regular_file() && entry.file_size() > 0) {
      files[kind_of(entry.path())].push_back(fs::relative(entry.path(), database));
    }
  }
  for (auto& [kind, paths] : files) std::sort(paths.begin(), paths.end());
  return files;
}

void flip_bit(const fs::path& path, std::uint64_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const auto byte = static_cast<char>(file.get() ^ (1 << (bit % 8)));
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(byte);
}

// Copies a database that is open. RocksDB merges tables meanwhile, and removes what it has merged.
void copy_living(const fs::path& from, const fs::path& to) {
  for (int tries = 100;; --tries) {
    try {
      const auto before = files_of(from);
      fs::copy(from, to, fs::copy_options::recursive);
      if (files_of(from) == before) return;
    } catch (const fs::filesystem_error&) {
      if (tries <= 0) throw;
    }
    fs::remove_all(to);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// A database with several tables a family, a snapshot that is behind, removed items and a log:
// `clean` was closed, `unclean` copied while it was open, as a kill leaves it.
void make_golden(const fs::path& folder, std::uint64_t seed) {
  const fs::path live = folder / "clean";
  fs::create_directory(live);
  const std::vector<std::byte> model(1000, std::byte{42});
  Store::create(store_path(live), {16, to_hex(sha256(model)), model}).reset();
  GalleryWork work(seed);
  Expected expected;
  const auto open = [&] {
    return std::make_unique<EmbeddedGallery>(Store::open(store_path(live), StoreMode::kReadWrite),
                                             live);
  };
  for (int session = 0; session < 3; ++session) {
    const auto gallery = open();
    work.step(*gallery, expected, Step::kAddBatch);
    work.step(*gallery, expected, Step::kRemove);
    if (session == 1) work.step(*gallery, expected, Step::kReindex);
  }
  const auto gallery = open();
  for (const Step step : {Step::kAdd, Step::kRemove, Step::kAdd, Step::kAddBatch, Step::kAdd}) {
    work.step(*gallery, expected, step);
  }
  copy_living(live, folder / "unclean");
}

struct Look {
  std::map<std::string, std::string> stages;  // "read" -> what it said
  int code = 0;
};

Look look(const fs::path& database) {
  ProcessOptions options;
  options.timeout = std::chrono::seconds(10);
  const ProcessResult result = run_process({SIMDB_DATABASE_PROBE, database.string()}, options);
  Look look{{}, result.code};
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    look.stages[line.substr(0, space)] = line.substr(space + 1);
  }
  if (result.code != 0) look.stages["stderr"] = result.err.substr(0, 300);
  return look;
}

struct Report {
  std::uint64_t cases = 0;
  std::uint64_t right = 0;
  std::uint64_t refused = 0;
  std::uint64_t wrong = 0;
  std::vector<std::string> first_wrong;
};

class Damager {
 public:
  explicit Damager(std::uint64_t seed) : random_(seed) {
    make_golden(folder_.path(), seed);
    fs::create_directory(folder_ / "other");
    make_golden(folder_ / "other", seed + 1);
    for (const char* name : {"clean", "unclean"}) golden_[name] = look(copy_of(name));
  }

  fs::path golden(const std::string& name) const { return folder_ / name; }

  // Damages a copy with `damage` and looks at it.
  void attempt(const std::string& name, const std::string& what,
               const std::function<void(const fs::path&)>& damage) {
    const fs::path copy = copy_of(name);
    damage(copy);
    judge(name, copy, name + ": " + what);
  }

  // Every second time near the end, where a table describes itself.
  void flip(const std::string& name, const fs::path& file) {
    const std::uint64_t bits = 8 * fs::file_size(golden(name) / file);
    const std::uint64_t end = 8 * 2048;
    const std::uint64_t bit =
        random_() % 2 == 0 && bits > end ? bits - 1 - random_() % end : random_() % bits;
    attempt(name, file.string() + ", bit " + std::to_string(bit) + " flipped",
            [&](const fs::path& copy) { flip_bit(copy / file, bit); });
  }
  void cut(const std::string& name, const fs::path& file) {
    const std::uint64_t size = random_() % fs::file_size(golden(name) / file);
    attempt(name, file.string() + ", cut to " + std::to_string(size),
            [&](const fs::path& copy) { fs::resize_file(copy / file, size); });
  }
  void replace(const std::string& name, const fs::path& file) {
    attempt(name, file.string() + " deleted",
            [&](const fs::path& copy) { fs::remove(copy / file); });
    attempt(name, file.string() + " emptied",
            [&](const fs::path& copy) { fs::resize_file(copy / file, 0); });
    attempt(name, file.string() + " made a folder", [&](const fs::path& copy) {
      fs::remove(copy / file);
      fs::create_directory(copy / file);
    });
    attempt(name, file.string() + " made a link to nothing", [&](const fs::path& copy) {
      fs::remove(copy / file);
      fs::create_symlink("nowhere", copy / file);
    });
    const auto others = files_of(folder_ / "other" / name);
    for (const fs::path& other : others.at(kind_of(file))) {
      attempt(name, file.string() + " replaced by another database's " + other.string(),
              [&](const fs::path& copy) {
                fs::copy_file(folder_ / "other" / name / other, copy / file,
                              fs::copy_options::overwrite_existing);
              });
    }
  }

  Report report;

 private:
  fs::path copy_of(const std::string& name) {
    const fs::path copy = folder_ / "damaged";
    fs::remove_all(copy);
    fs::copy(golden(name), copy, fs::copy_options::recursive);
    return copy;
  }

  void judge(const std::string& name, const fs::path& copy, const std::string& what) {
    const Look seen = look(copy);
    ++report.cases;
    bool refused = false;
    const auto wrong = [&](const std::string& why) {
      ++report.wrong;
      if (report.first_wrong.size() < 20) report.first_wrong.push_back(what + ": " + why);
    };
    if (seen.code != 0) {
      return wrong(seen.code < 0 ? "it hung"
                                 : "ended with " + std::to_string(seen.code) + " " +
                                       seen.stages.at("stderr"));
    }
    for (const char* stage : {"read", "write"}) {
      const std::string& said = seen.stages.at(stage);
      if (said.starts_with("error ")) {
        refused = true;
        const int code = std::stoi(said.substr(6));
        if (code != 4 && code != 5 && code != 6) return wrong(said);
        if (said.find(copy.string()) == std::string::npos) {
          return wrong("the error names no file: " + said);
        }
      } else if (said != golden_.at(name).stages.at(stage)) {
        return wrong(std::string(stage) + " gave wrong answers without an error");
      }
    }
    ++(refused ? report.refused : report.right);
  }

  std::mt19937_64 random_;
  TemporaryFolder folder_;
  std::map<std::string, Look> golden_;
};

TEST(DamageTest, NoDamageIsBelieved) {
  const std::uint64_t seed = fault_run().seed;
  const std::uint64_t times = amount(3, 20, 250);
  Damager damager(seed);
  for (const std::string name : {"clean", "unclean"}) {
    damager.attempt(name, "undamaged", [](const fs::path&) {});
    ASSERT_EQ(damager.report.wrong, 0U) << damager.report.first_wrong[0];
    for (const auto& [kind, files] : files_of(damager.golden(name))) {
      for (std::uint64_t i = 0; i < times; ++i) {
        damager.flip(name, files[i % files.size()]);
        damager.cut(name, files[i % files.size()]);
      }
      damager.replace(name, files.front());
      if (files.size() > 1) damager.replace(name, files.back());
      std::printf("%-8s %-16s %6lu cases so far, %lu wrong\n", name.c_str(), kind.c_str(),
                  damager.report.cases, damager.report.wrong);
      std::fflush(stdout);
    }
  }
  for (const std::string& wrong : damager.report.first_wrong) ADD_FAILURE() << wrong;

  // Without its witness, a log that ends early is accepted: this test must see that.
  const Report honest = damager.report;
  damager.report = {};
  const auto logs = files_of(damager.golden("unclean"))[".log"];
  for (int i = 0; i < 10; ++i) {
    damager.attempt("unclean", "a log cut, no witness, no snapshot", [&](const fs::path& copy) {
      fs::resize_file(copy / logs.back(), 100 + static_cast<std::uintmax_t>(i));
      fs::remove(copy / "store" / "WITNESS");
      fs::remove(copy / "index.snapshot");
    });
  }
  EXPECT_EQ(damager.report.wrong, 10U) << "a missing record would not be noticed";
  if (HasFailure()) return;
  record({"F6", grouped(honest.cases) + " damaged files",
          grouped(honest.right) + " answered right, " + grouped(honest.refused) +
              " refused, 0 wrong, 0 signals, 0 hangs",
          "records missing on purpose: noticed in 10 of 10"});
}

}  // namespace
}  // namespace simdb::test
