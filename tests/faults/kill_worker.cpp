// Works on a gallery in a process of its own until it is killed:
//   kill_worker work DATABASE SEED FIRST    opens, changes, saves and closes it, over and over
//   kill_worker lie DATABASE SEED FIRST     the same, but says that items are stored that are not
//   kill_worker save DATABASE SEED FIRST STEP before|after
//       changes it, and dies at a step of saving its index: create, append, sync, close, rename,
//       sync_folder
// It says on stdout what hear() understands, and before that where it is: "opening", "open",
// "saving", "closing".
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "database/layout.h"
#include "tests/faults/gallery_work.h"

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

// Kills its own process when a call comes by.
class DeadlyFiles final : public FileSystem {
 public:
  DeadlyFiles(std::string step, bool before) : step_(std::move(step)), before_(before) {}

  std::unique_ptr<OutputFile> create(const std::string& path) override {
    auto file = at("create", [&] { return system_files().create(path); });
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
  work.step(gallery, mine, test::Step::kRemove);
  say("saving");
  gallery.reindex();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 7) return 2;
  try {
    const std::string task = argv[1];
    const std::uint64_t seed = std::stoull(argv[3]);
    const std::uint64_t first = std::stoull(argv[4]);
    if (task == "save") {
      save(argv[2], seed, first, argv[5], std::string_view(argv[6]) == "before");
    } else {
      work(argv[2], seed, first, task == "lie");
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
