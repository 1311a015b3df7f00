// A database of image files, with an encoder that `simdb train` made: open, add, query, remove.
//   image_files ENCODER.onnx FOLDER IMAGE...
// makes a database in FOLDER if there is none, adds all images but the last (an image's folder is
// its class), and asks what the last one is.

#include <simdb/database.h>
#include <simdb/error.h>
#include <simdb/image_codec.h>
#include <simdb/onnx_encoder.h>

#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

simdb::Database open_or_create(const std::filesystem::path& folder,
                               const std::filesystem::path& encoder_file) {
  const simdb::OpenOptions options{.encoder_loader = simdb::load_onnx_encoder};
  if (simdb::Database::exists(folder)) return simdb::Database::open(folder, options);
  // Your own model; one from elsewhere goes through simdb::judge_encoder (model_trial.h) first.
  const std::vector<std::byte> model = simdb::read_model_file(encoder_file);
  return simdb::Database::create(folder, model, simdb::OnnxEncoder(model).dimension(), options);
}

void run(const std::filesystem::path& encoder, const std::filesystem::path& folder,
         std::span<char*> images) {
  simdb::Database database = open_or_create(folder, encoder);

  std::vector<simdb::ItemId> ids;
  for (const std::filesystem::path image : images.first(images.size() - 1)) {
    ids.push_back(
        database.add(image.parent_path().filename().string(), simdb::load_image(image)).id);
  }

  const simdb::Prediction answer = database.query(simdb::load_image(images.back()).image, {.k = 5});
  std::cout << images.back() << " is " << answer.class_name << ", confidence " << answer.confidence
            << '\n';
  for (const simdb::LabeledNeighbor& neighbor : answer.neighbors) {
    std::cout << "  " << neighbor.similarity << "  " << neighbor.class_name << "  "
              << neighbor.source << '\n';
  }

  std::cout << "removed " << database.remove(ids) << " items\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: image_files ENCODER.onnx FOLDER IMAGE...\n";
    return 2;
  }
  try {
    run(argv[1], argv[2], std::span(argv + 3, argv + argc));
    return 0;
  } catch (const simdb::Error& error) {
    std::cerr << "image_files: " << error.what() << '\n';
    return static_cast<int>(error.code());
  }
}
