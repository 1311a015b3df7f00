// Works on a gallery in a process of its own until it is killed:
//   kill_worker work DATABASE SEED FIRST    opens, changes, saves and closes it, over and over
//   kill_worker lie DATABASE SEED FIRST     the same, but says that items are stored that are not
//   kill_worker steady DATABASE SEED FIRST  works without an end, with about 1,500 items at a time
//   kill_worker read DATABASE SEED FIRST    opens it for reading and looks at all of it, over and
//                                           over; says "read CHANGES" or "wrong WHY"
//   kill_worker back_up DATABASE SEED FIRST backs it up into DATABASE.backup, over and over; says
//                                           "backed up CHANGES"
//   kill_worker starve DATABASE SEED FIRST BYTES N
//       the same as work for a short time, with BYTES of memory more than it has at the start (0:
//       any number) and the N-th allocation of its main thread failing (0: none)
//   kill_worker save DATABASE SEED FIRST STEP before|after
//       changes it, and dies at a step of saving its index: create, append, sync, close, rename,
//       sync_folder
// It says on stdout what hear() understands, and before that where it is: "opening", "open",
// "saving", "closing".
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "database/layout.h"
#include "simdb/error.h"
#include "tests/faults/gallery_work.h"

namespace {

// Of the thread that sets it: when it has counted down to 0, one allocation fails.
thread_local std::uint64_t g_allocations_left = 0;

}  // namespace

void* operator new(std::size_t size) {
  if (g_allocations_left > 0 && --g_allocations_left == 0) throw std::bad_alloc();
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace simdb;

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(9);
}

void work(const std::filesystem::path& folder, std::uint64_t seed, std::uint64_t first, bool lie) {
  test::GalleryWork work(seed, first, say);
  for (test::Expected mine;;) {
    say("opening");
    EmbeddedGallery gallery(Store::open(store_path(folder), StoreMode::kReadWrite), folder);
    say("open");
    if (lie) {
      say("add 900000000 50");
      say("added 900000000");
    }
    for (std::uint64_t steps = 5 + work.random()() % 25; steps > 0; --steps) {
      if (steps == 3) {
        say("saving");
        gallery.reindex();
        say("open");
      }
      work.step(gallery, mine);
    }
    say("closing");
  }
}

// Whoever tries to write between two sessions of a steady worker has the store for a moment.
std::unique_ptr<Store> open_when_free(const std::filesystem::path& folder) {
  while (true) {
    try {
      return Store::open(store_path(folder), StoreMode::kReadWrite);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBusy) throw;
      ::usleep(1000);
    }
  }
}

void work_steadily(const std::filesystem::path& folder, std::uint64_t seed, std::uint64_t first) {
  test::GalleryWork work(seed, first, say);
  for (test::Expected mine;;) {
    EmbeddedGallery gallery(open_when_free(folder), folder);
    for (int i = 0; i < 200; ++i) {
      work.step(gallery, mine);
      if (mine.items.size() > 2000) work.shrink(gallery, mine, 1000);
    }
  }
}

void read_on(const std::filesystem::path& folder) {
  std::uint64_t before = 0;
  while (true) {
    auto store = Store::open(store_path(folder), StoreMode::kReadOnly);
    const std::uint64_t changes = store->changes();
    const EmbeddedGallery gallery(std::move(store), folder);
    const std::string wrong = test::check_whole(gallery);
    if (!wrong.empty()) return say("wrong " + wrong);
    if (changes < before) return say("wrong: the count of changes went back");
    before = changes;
    say("read " + std::to_string(changes));
  }
}

void back_up(const std::filesystem::path& folder) {
  while (true) {
    auto store = Store::open(store_path(folder), StoreMode::kReadOnly);
    const std::uint64_t changes = store->changes();
    const EmbeddedGallery gallery(std::move(store), folder);
    gallery.back_up(folder.string() + ".backup");
    say("backed up " + std::to_string(changes));
  }
}

std::uint64_t bytes_mapped() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  file >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void starve(const std::filesystem::path& folder, std::uint64_t seed, std::uint64_t first,
            std::uint64_t bytes, std::uint64_t failing) {
  test::GalleryWork work(seed, first, say);
  test::Expected mine;
  if (bytes > 0) {
    const rlimit limit{bytes_mapped() + bytes, bytes_mapped() + bytes};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  g_allocations_left = failing;
  EmbeddedGallery gallery(Store::open(store_path(folder), StoreMode::kReadWrite), folder);
  for (const test::Step step : {test::Step::kAdd, test::Step::kSearch, test::Step::kAddBatch,
                                test::Step::kRemove, test::Step::kReindex, test::Step::kAdd,
                                test::Step::kChange, test::Step::kReplace, test::Step::kRename}) {
    work.step(gallery, mine, step);
  }
  g_allocations_left = 0;
  say("done");
}

// Kills its own process when a call comes by.
class DeadlyFiles final : public FileSystem {
 public:
  DeadlyFiles(std::string step, bool before) : step_(std::move(step)), before_(before) {}

  std::unique_ptr<OutputFile> create(const std::string& path,
                                     std::optional<unsigned> permissions) override {
    auto file = at("create", [&] { return system_files().create(path, permissions); });
    return std::make_unique<DeadlyFile>(*this, std::move(file));
  }
  bool rename(const std::string& from, const std::string& to) override {
    return at("rename", [&] { return system_files().rename(from, to); });
  }
  bool remove(const std::string& path) override { return system_files().remove(path); }
  bool sync_folder(const std::string& path) override {
    return at("sync_folder", [&] { return system_files().sync_folder(path); });
  }

 private:
  class DeadlyFile final : public OutputFile {
   public:
    DeadlyFile(const DeadlyFiles& files, std::unique_ptr<OutputFile> file)
        : files_(files), file_(std::move(file)) {}
    bool append(std::span<const std::byte> bytes) override {
      return files_.at("append", [&] { return file_->append(bytes.first(bytes.size() / 2)); }) &&
             file_->append(bytes.subspan(bytes.size() / 2));
    }
    bool sync() override {
      return files_.at("sync", [&] { return file_->sync(); });
    }
    bool close() override {
      return files_.at("close", [&] { return file_->close(); });
    }

   private:
    const DeadlyFiles& files_;
    const std::unique_ptr<OutputFile> file_;
  };

  template <typename Call>
  std::invoke_result_t<Call> at(std::string_view step, Call&& call) const {
    if (step == step_ && before_) ::raise(SIGKILL);
    auto result = call();
    if (step == step_) ::raise(SIGKILL);
    return result;
  }

  const std::string step_;
  const bool before_;
};

void save(const std::filesystem::path& folder, std::uint64_t seed, std::uint64_t first,
          const std::string& step, bool before) {
  DeadlyFiles files(step, before);
  EmbeddedGallery gallery(Store::open(store_path(folder), StoreMode::kReadWrite), folder,
                          make_default_index, files);
  test::GalleryWork work(seed, first, say);
  test::Expected mine;
  work.step(gallery, mine, test::Step::kAdd);
  work.step(gallery, mine, test::Step::kChange);
  work.step(gallery, mine, test::Step::kRemove);
  say("saving");
  gallery.reindex();
}

int run(int argc, char** argv) {
  if (argc != 5 && argc != 7) return 2;
  try {
    const std::string task = argv[1];
    const std::uint64_t seed = std::stoull(argv[3]);
    const std::uint64_t first = std::stoull(argv[4]);
    if (task == "steady") {
      work_steadily(argv[2], seed, first);
    } else if (task == "read") {
      read_on(argv[2]);
    } else if (task == "back_up") {
      back_up(argv[2]);
    } else if (task == "starve") {
      starve(argv[2], seed, first, std::stoull(argv[5]), std::stoull(argv[6]));
    } else if (task == "save") {
      save(argv[2], seed, first, argv[5], std::string_view(argv[6]) == "before");
    } else {
      work(argv[2], seed, first, task == "lie");
    }
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "out of memory\n");
    return static_cast<int>(ErrorCode::kInternal);
  }
}

}  // namespace

// OpenBLAS's threads ask for 128 MiB each as they start, never stop trying if they don't get them,
// and are waited for at the end of the process: so there is no orderly end here.
int main(int argc, char** argv) { ::_exit(run(argc, argv)); }
