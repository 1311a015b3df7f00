#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simdb/image_codec.h"
#include "simdb/ingest.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// A database whose encoder sees only the first pixel, and two pictures of 4 x 4 pixels.
class IngestTest : public testing::Test {
 protected:
  IngestTest()
      : database_(
            Database::create(folder_ / "db", std::as_bytes(std::span("model")), 16,
                             {.encoder_loader = [](auto /*model*/, const std::string& fingerprint) {
                               return std::make_shared<FirstPixelEncoder>(fingerprint);
                             }})) {
    for (const int i : {0, 1}) {
      const Image image = solid_image(4, 4, {100, static_cast<std::uint8_t>(100 * i), 0});
      write(picture(i).filename(), encode_png(image));
    }
  }
  std::filesystem::path write(const std::string& name, std::span<const std::byte> bytes) const {
    std::ofstream(folder_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return folder_ / name;
  }
  std::filesystem::path picture(int i) const { return folder_ / (std::to_string(i) + ".png"); }

  IngestReport add(const std::vector<LabeledPath>& files, OnDuplicate on_duplicate,
                   const std::string& key = "") {
    duplicates_.clear();
    too_large_.clear();
    end_ = commits_ = 0;
    IngestReport report;
    ingest(
        database_, list_of(files),
        [&](std::size_t i) { return ImageLabel{.class_name = files[i].class_name, .key = key}; },
        [&](const IngestedRun& run) {
          EXPECT_EQ(run.indices.size(), run.added.size());
          duplicates_.insert(duplicates_.end(), run.duplicates.begin(), run.duplicates.end());
          too_large_.insert(too_large_.end(), run.too_large.begin(), run.too_large.end());
          EXPECT_GE(run.end, end_);
          end_ = run.end;
          ++commits_;
          report.count(run);
          return true;
        },
        on_duplicate);
    return report;
  }

  TemporaryFolder folder_;
  Database database_;
  std::vector<DuplicateImage> duplicates_;
  std::vector<std::size_t> too_large_;
  std::size_t end_ = 0;
  std::size_t commits_ = 0;
};

}  // namespace simdb::test
