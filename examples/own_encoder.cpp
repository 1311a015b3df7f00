// A database with an encoder of one's own, here a colour histogram instead of a trained network:
// create, add, query, remove.
//   own_encoder FOLDER      makes a database in FOLDER, which must not exist, and deletes it again

#include <simdb/database.h>
#include <simdb/digest.h>
#include <simdb/error.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

// What the database keeps as its "model file", and hands back when it needs the encoder.
constexpr std::string_view kModel = "colour histogram, 4 x 2 x 2 bins";
constexpr std::size_t kBins = 16;

std::span<const std::byte> model_bytes() { return std::as_bytes(std::span(kModel)); }

class ColourHistogram final : public simdb::ImageEncoder {
 public:
  simdb::EmbeddingBatch encode(std::span<const simdb::Image> images) const override {
    simdb::EmbeddingBatch embeddings(kBins);
    for (const simdb::Image& image : images) {
      std::array<float, kBins> bins{};
      for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
        const std::uint8_t* rgb = &image.pixels[i];
        bins[rgb[0] / 64 * 4 + rgb[1] / 128 * 2 + rgb[2] / 128] += 1;
      }
      embeddings.append_normalized(bins);
    }
    return embeddings;
  }
  std::size_t dimension() const noexcept override { return kBins; }
  const std::string& fingerprint() const noexcept override { return fingerprint_; }

 private:
  const std::string fingerprint_ = simdb::to_hex(simdb::sha256(model_bytes()));
};

// A plain area with some noise. Programs with image files use simdb/image_codec.h.
simdb::SourceImage drawn(std::array<std::uint8_t, 3> colour, int seed) {
  simdb::SourceImage source;
  source.image = {.width = 8, .height = 8, .channels = 3, .pixels = {}};
  for (int i = 0; i < 64; ++i) {
    for (const std::uint8_t value : colour) {
      source.image.pixels.push_back(static_cast<std::uint8_t>(value ^ (i * seed % 32)));
    }
  }
  return source;
}

void run(const std::filesystem::path& folder) {
  simdb::OpenOptions options;
  options.encoder_loader = [](std::span<const std::byte>, const std::string&) {
    return std::make_shared<ColourHistogram>();
  };
  {
    simdb::Database database = simdb::Database::create(folder, model_bytes(), kBins, options);
    for (int seed = 1; seed <= 5; ++seed) {
      database.add("red", drawn({200, 30, 30}, seed));
      database.add("blue", drawn({30, 30, 200}, seed));
    }
  }  // closed; all of it is on disk

  simdb::Database database = simdb::Database::open(folder, options);
  const simdb::Prediction before = database.query(drawn({220, 40, 10}, 7).image);
  std::cout << "a reddish image is " << before.class_name << " (" << before.confidence << ")\n";

  std::cout << "removed " << database.remove_class("red") << " red images\n";
  const simdb::Prediction after = database.query(drawn({220, 40, 10}, 7).image);
  std::cout << "now it is " << (after.accepted ? after.class_name : "unknown") << '\n';
  if (before.class_name != "red" || after.accepted) throw std::runtime_error("a wrong answer");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: own_encoder FOLDER\n";
    return 2;
  }
  try {
    run(argv[1]);
    std::filesystem::remove_all(argv[1]);
    return 0;
  } catch (const simdb::Error& error) {
    std::cerr << "own_encoder: " << error.what() << '\n';
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::cerr << "own_encoder: " << error.what() << '\n';
    return 1;
  }
}
