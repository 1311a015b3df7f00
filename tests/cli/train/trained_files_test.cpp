#include "cli/train/trained_files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/file_io.h"
#include "encoder/model/trained_on.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

TEST(TrainedFilesTest, AreThoseOfTheClassesThatWereTrainedOn) {
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& name) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file_atomic(folder / name, name);
    return sha256(std::as_bytes(std::span(name)));
  };
  const Sha256 first = write("red/1.png");
  const Sha256 second = write("dark blue/2.png");
  const Sha256 set_aside = write("green/3.png");
  EncoderModel model;
  model.notes["training_classes"] = "dark blue\nred";
  note_trained_files(model, folder.path(), ClassLevel::kTop);
  const TrainedOnImages images(model.notes);
  EXPECT_EQ(images.size(), 2U);
  EXPECT_TRUE(images.contains(first));
  EXPECT_TRUE(images.contains(second));
  EXPECT_FALSE(images.contains(set_aside));
}

}  // namespace
}  // namespace simdb::cli
