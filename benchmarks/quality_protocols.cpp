#include "benchmarks/quality_protocols.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <regex>
#include <set>

#include "encoder/model/onnx_model.h"
#include "encoder/training/labeled_images.h"
#include "encoder/training/trainer.h"
#include "measures/evaluation.h"
#include "simdb/image_codec.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;
using training::LabeledImages;

constexpr int kTrainNumbers = 10;
constexpr int kFirstTestNumber = 50;
constexpr std::size_t kImagesAClass = 20;
constexpr std::size_t kNeighbors = 10;

using Rows = std::vector<std::size_t>;  // into the pictures

/// What names a picture's class, and what its class is spread over.
struct Attributes {
  std::string ShapePicture::* wanted;
  std::string ShapePicture::* other;
};

Attributes attributes_of(ShapeProtocol protocol) {
  if (protocol == ShapeProtocol::kShapes || protocol == ShapeProtocol::kUnseenShapes) {
    return {&ShapePicture::shape, &ShapePicture::color};
  }
  return {&ShapePicture::color, &ShapePicture::shape};
}

/// Training pictures of a class, at random, taking turns among the values of the other attribute.
Rows draw_class(const std::vector<ShapePicture>& pictures, const Attributes& attributes,
                const std::string& name, std::mt19937_64& random) {
  std::map<std::string, Rows> by_other;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const ShapePicture& picture = pictures[i];
    if (picture.number < kTrainNumbers && picture.*attributes.wanted == name) {
      by_other[picture.*attributes.other].push_back(i);
    }
  }
  for (auto& [other, rows] : by_other) std::shuffle(rows.begin(), rows.end(), random);
  Rows drawn;
  for (std::size_t turn = 0; drawn.size() < kImagesAClass && turn < kTrainNumbers; ++turn) {
    for (const auto& [other, rows] : by_other) {
      if (turn < rows.size() && drawn.size() < kImagesAClass) drawn.push_back(rows[turn]);
    }
  }
  return drawn;
}

void append_fitted(LabeledImages& images, const Image& image, int label) {
  const Image fitted = fit_to_input(image, images.input);
  images.pixels.insert(images.pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
  images.labels.push_back(label);
}

struct LabeledEmbeddings {
  EmbeddingBatch embeddings;
  std::vector<int> labels;
};

int label_of(const std::set<std::string>& classes, const std::string& name) {
  return static_cast<int>(std::distance(classes.begin(), classes.find(name)));
}

LabeledEmbeddings embed(const OnnxEncoder& encoder, const std::vector<ShapePicture>& pictures,
                        const Rows& rows, const std::set<std::string>& classes,
                        std::string ShapePicture::* wanted) {
  std::vector<Image> images;
  std::vector<int> labels;
  for (const std::size_t row : rows) {
    images.push_back(pictures[row].image);
    labels.push_back(label_of(classes, pictures[row].*wanted));
  }
  return {encoder.encode(images), std::move(labels)};
}

void test(const LabeledEmbeddings& gallery, const LabeledEmbeddings& queries, int unseen_label,
          QualityRun& run) {
  std::size_t right = 0;
  std::size_t unseen = 0;
  std::size_t unseen_right = 0;
  for (const QueryResult& result : look_up(queries.embeddings, queries.labels, gallery.embeddings,
                                           gallery.labels, {.voters = kNeighbors})) {
    const bool hit = result.predicted == result.label;
    right += hit;
    unseen += result.label == unseen_label;
    unseen_right += hit && result.label == unseen_label;
  }
  run.tested = queries.labels.size();
  run.accuracy = static_cast<double>(right) / static_cast<double>(run.tested);
  if (unseen > 0)
    run.unseen_accuracy = static_cast<double>(unseen_right) / static_cast<double>(unseen);
}

training::TrainOptions with_seed(training::TrainOptions options, std::uint64_t seed) {
  options.seed = seed;
  return options;
}

QualityRun run_once(const std::vector<ShapePicture>& pictures, ShapeProtocol protocol,
                    const std::set<std::string>& classes, const std::string& unseen_class,
                    std::uint64_t seed, std::size_t added, const Recipe& recipe) {
  const Attributes attributes = attributes_of(protocol);
  std::mt19937_64 random(seed);
  LabeledImages images;
  Rows gallery;
  for (const std::string& name : classes) {
    Rows drawn = draw_class(pictures, attributes, name, random);
    if (name == unseen_class) {
      drawn.resize(std::min(drawn.size(), added));
    } else {
      const int label = static_cast<int>(images.classes.size());
      images.classes.push_back(name);
      for (const std::size_t row : drawn) append_fitted(images, pictures[row].image, label);
    }
    gallery.insert(gallery.end(), drawn.begin(), drawn.end());
  }
  Rows queries;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].number >= kFirstTestNumber) queries.push_back(i);
  }

  const training::TrainResult trained =
      training::train(images, nullptr, with_seed(recipe(images), seed));
  const OnnxEncoder encoder(write_onnx_model(trained.model));
  QualityRun run;
  run.seed = seed;
  run.unseen_class = unseen_class;
  run.train_seconds = trained.seconds;
  test(embed(encoder, pictures, gallery, classes, attributes.wanted),
       embed(encoder, pictures, queries, classes, attributes.wanted),
       label_of(classes, unseen_class), run);
  return run;
}

/// The images of the classes whose `chosen` is set, with labels from 0.
LabeledImages select_classes(const LabeledImages& images, const std::vector<bool>& chosen) {
  LabeledImages selected;
  selected.input = images.input;
  std::map<int, int> new_labels;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const int label = images.labels[i];
    if (!chosen[label]) continue;
    const auto [entry, is_new] = new_labels.try_emplace(label, static_cast<int>(new_labels.size()));
    if (is_new) selected.classes.push_back(images.classes[label]);
    const auto pixels = images.image(i);
    selected.pixels.insert(selected.pixels.end(), pixels.begin(), pixels.end());
    selected.labels.push_back(entry->second);
  }
  return selected;
}

}  // namespace

std::vector<ShapePicture> load_shape_pictures(const fs::path& folder) {
  const std::regex name("([a-z]+)_([a-z]+)_?([0-9]+)\\.png");
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<ShapePicture> pictures;
  for (const fs::path& file : files) {
    const std::string text = file.filename().string();
    std::smatch parts;
    if (!std::regex_match(text, parts, name)) continue;
    pictures.push_back({parts[1], parts[2], std::stoi(parts[3]), load_image(file).image});
  }
  return pictures;
}

void run_shape_protocol(const std::vector<ShapePicture>& pictures, ShapeProtocol protocol,
                        std::uint64_t seed, std::size_t added, const Recipe& recipe,
                        const RunCallback& on_run) {
  std::set<std::string> classes;
  for (const ShapePicture& picture : pictures) {
    classes.insert(picture.*attributes_of(protocol).wanted);
  }
  if (protocol != ShapeProtocol::kUnseenColors && protocol != ShapeProtocol::kUnseenShapes) {
    on_run(run_once(pictures, protocol, classes, "", seed, added, recipe));
    return;
  }
  for (const std::string& unseen : classes) {
    on_run(run_once(pictures, protocol, classes, unseen, seed, added, recipe));
  }
}

QualityRun run_class_protocol(const fs::path& folder, std::uint64_t seed, const Recipe& recipe) {
  training::LoadOptions load;
  const LabeledImages images = training::load_labeled_images(folder, load);
  std::vector<bool> trained_on(images.classes.size());
  std::fill(trained_on.begin(),
            trained_on.begin() + static_cast<std::ptrdiff_t>(trained_on.size() / 2), true);
  std::mt19937_64 random(seed);
  std::shuffle(trained_on.begin(), trained_on.end(), random);

  const LabeledImages seen = select_classes(images, trained_on);
  const training::TrainResult trained =
      training::train(seen, nullptr, with_seed(recipe(seen), seed));
  trained_on.flip();
  const LabeledImages unseen = select_classes(images, trained_on);
  std::vector<Image> pictures;
  for (std::size_t i = 0; i < unseen.size(); ++i) {
    const auto pixels = unseen.image(i);
    pictures.push_back({unseen.input.width,
                        unseen.input.height,
                        unseen.input.channels,
                        {pixels.begin(), pixels.end()}});
  }
  const OnnxEncoder encoder(write_onnx_model(trained.model));
  QualityRun run;
  run.seed = seed;
  run.tested = unseen.size();
  run.accuracy = leave_one_out(encoder.encode(pictures), unseen.labels).recall_at_1;
  run.train_seconds = trained.seconds;
  return run;
}

}  // namespace simdb::bench
