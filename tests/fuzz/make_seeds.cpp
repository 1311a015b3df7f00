// fuzz_seeds FOLDER: writes inputs that every parser takes, as FOLDER/NAME/seed_N, from which
// fuzzers start. To be run when a format has changed; CONTRIBUTING.md tells how they become a
// corpus.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_io.h"
#include "encoder/model/feature_cache.h"
#include "index/snapshot.h"
#include "simdb/digest.h"
#include "simdb/image_codec.h"
#include "storage/backup.h"
#include "tests/support/backbones.h"
#include "tests/support/embeddings.h"
#include "tests/support/file_sink.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"
#include "tests/support/models.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace simdb;
namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::uint64_t kMostBytes = 1 << 20;

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, std::span<const std::byte> bytes) {
    const fs::path folder = folder_ / target;
    fs::create_directories(folder);
    std::ofstream file(folder / ("seed_" + std::to_string(counts_[target]++)), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  void add(const std::string& target, std::string_view text) {
    add(target, std::as_bytes(std::span(text)));
  }

 private:
  fs::path folder_;
  std::map<std::string, int> counts_;
};

// A JPEG with a profile in two parts.
test::Bytes with_profile_parts(const test::Bytes& jpeg) {
  test::Bytes result(jpeg.begin(), jpeg.begin() + 2);
  for (const int part : {1, 2}) {
    test::append(result, test::to_bytes({0xFF, 0xE2, 0, 20}));
    test::append(result, test::to_bytes("ICC_PROFILE"));
    test::append(result, test::to_bytes({0, part, 2, 1, 2, 3, 4}));
  }
  test::append(result, std::span(jpeg).subspan(2));
  return result;
}

void add_gif_and_tiff(Seeds& seeds) {
  for (const bool interlaced : {false, true}) {
    test::GifRecipe gif{.screen_width = 9, .screen_height = 9, .width = 3, .height = 8};
    gif.interlaced = interlaced;
    gif.transparent = interlaced ? 3 : -1;
    gif.pixels = test::Bytes(24, std::byte{3});
    seeds.add("gif_decoder", test::make_gif(gif));
  }
  seeds.add("gif_decoder", test::make_animated_gif());
  for (const bool big_endian : {false, true}) {
    for (const std::uint16_t bits : {1, 2, 4, 8, 16}) {
      for (const std::uint16_t colours : {0, 1, 2, 3, 5}) {
        test::TiffParts tiff{.width = 5, .height = 2, .bits = bits, .colours = colours};
        tiff.samples = colours == 5 ? 4 : colours == 2 ? 3 : 1;
        tiff.big_endian = big_endian;
        tiff.chunks = {test::Bytes(80, std::byte{0x5A})};
        if (colours == 3) tiff.more = {{320, std::vector<std::uint32_t>(3U << bits % 16, 777)}};
        if (colours == 2 && big_endian) {
          tiff.tile = 16;
          tiff.chunks = {test::Bytes(768 * bits / 8)};
        }
        if (colours == 2 && !big_endian) {
          tiff.samples = 4;
          tiff.more = {{274, {6}}, {284, {2}}, {338, {1}}};
          tiff.chunks = std::vector<test::Bytes>(4, test::Bytes(20, std::byte{0x5A}));
        }
        seeds.add("tiff_decoder", test::make_tiff(tiff));
      }
    }
  }
}

void add_images(Seeds& seeds) {
  for (const char* extension : {".png", ".jpg", ".bmp", ".webp"}) {
    for (const int side : {1, 4, 9}) {
      const test::Bytes file = test::encode_as(test::quadrant_image(side, side), extension);
      const std::string format = extension + 1;
      seeds.add((format == "jpg" ? "jpeg" : format) + "_decoder", file);
    }
  }
  const Image image = test::quadrant_image(8, 8);
  seeds.add("jpeg_decoder", test::encode_progressive_jpeg(image));
  seeds.add("jpeg_decoder", with_profile_parts(test::encode_as(image, ".jpg")));
  seeds.add("png_decoder", test::with_png_chunk(encode_png(image), "eXIf", test::make_exif(5)));
  seeds.add("webp_decoder",
            test::with_webp_chunk(test::encode_as(image, ".webp"), "EXIF", test::make_exif(5)));
  seeds.add("jpeg_decoder", test::with_exif(test::encode_as(image, ".jpg"), 6));
  for (const test::JpegRecipe& kind : test::jpeg_kinds(9, 17)) {
    seeds.add("jpeg_decoder", test::make_jpeg(kind));
  }
  for (const char* type : {"tEXt", "iCCP", "PLTE", "tRNS"}) {
    const test::Bytes extra = test::png_chunk(type, test::to_bytes("some text"));
    const test::Bytes file = test::make_png(
        {.width = 2, .height = 2, .extra = extra, .scanlines = test::to_bytes({0, 1, 2, 0, 3, 4})});
    seeds.add("png_decoder", file);
  }
  seeds.add("webp_decoder", test::encode_lossy_webp(test::noise_image(9, 9, 4, 1)));
  for (const std::uint16_t bits : {1, 4, 8, 16, 24, 32}) {
    seeds.add("bmp_decoder", test::make_bmp({.width = 5, .height = 3, .bits = bits}));
  }
  // With the old header, run-length coded with all that there is, and with masks.
  for (const std::string_view file :
       {"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\1\0\1\0\1\0\x18\0\0\0\0\0"sv,
        "BM\0\0\0\0\0\0\0\0\x3e\0\0\0\x28\0\0\0\5\0\0\0\3\0\0\0\1\0\x08\0\1\0\0\0"
        "\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1\2\3\0\4\5\6\0"
        "\2\1\0\0\0\2\1\1\0\3\1\0\1\0\0\1"sv,
        "BM\0\0\0\0\0\0\0\0\x3e\0\0\0\x28\0\0\0\5\0\0\0\xfe\xff\xff\xff\1\0\4\0\2\0\0\0"
        "\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1\1\1\0\4\4\4\0"
        "\5\x10\0\0\0\5\1\x10\x10\0\0\1"sv,
        "BM\0\0\0\0\0\0\0\0\x46\0\0\0\x38\0\0\0\1\0\0\0\1\0\0\0\1\0\x20\0\3\0\0\0"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\0\0\xff\0\0\xf8\0\0\0"
        "\0\0\0\xff\1\2\3\4"sv}) {
    seeds.add("bmp_decoder", file);
  }
}

void add_models(Seeds& seeds) {
  const InputSpec small = {.width = 4, .height = 4};
  seeds.add("onnx_model", test::random_model_file(16, 1, small));
  seeds.add("onnx_model", test::random_model_file(32, 2, {.width = 5, .height = 4, .channels = 1}));
  using Recipe = test::BackboneRecipe;
  for (const Recipe& recipe :
       {Recipe{.input = small}, Recipe{.input = small, .batch = 1, .batch_norm = true},
        Recipe{.input = small, .free_size = true, .residual = true},
        Recipe{.input = small, .planes = true}, Recipe{.input = small, .batch = 1, .reshape = true},
        Recipe{.input = small, .one_image = true}, Recipe{.input = small, .worked_out_shape = true},
        Recipe{.input = small, .gate = true, .clip = 6},
        Recipe{.input = small, .listed_weights = true, .prefix = "head_"}}) {
    const std::vector<std::byte> file = test::make_backbone(recipe);
    seeds.add("onnx_backbone", file);
    seeds.add("onnx_model", file);
    Backbone backbone = read_backbone(file, "net.onnx", small);
    backbone.features = test::kBackboneFeatures;
    DenseLayer dense{.in_features = test::kBackboneFeatures, .out_features = 16};
    dense.weight.assign(16 * test::kBackboneFeatures, 0.5F);
    dense.bias.assign(16, 0.25F);
    seeds.add("onnx_model", write_backbone_model(backbone, std::vector{dense}, {}));
  }
  for (const char* rule : {"fit", "stretch"}) {
    seeds.add("model_metadata",
              R"({"width":28,"height":20,"channels":3,"resize":")" + std::string(rule) +
                  R"(","background":[255,0,7],"mean":[0,0.5,-1e-3],"scale":[1,2.5,1e2]})");
  }
}

void add_feature_cache(Seeds& seeds) {
  const test::TemporaryFolder folder;
  FeatureCache cache(folder / "a", Sha256{'a', ' ', 'b', 'a', 'c', 'k', 'b', 'o', 'n', 'e'},
                     test::kBackboneFeatures);
  for (std::uint8_t i = 0; i < 3; ++i) {
    cache.insert(Sha256{i}, i, std::vector<float>(test::kBackboneFeatures, i));
    cache.save();
    seeds.add("feature_cache", read_file(folder / "a", kMostBytes));
  }
}

void add_snapshots(Seeds& seeds) {
  const test::TemporaryFolder folder;
  const SnapshotOrigin origin{std::string(32, 'a'), 5, 6};
  for (const std::size_t rows : {0, 1, 12, 40}) {
    for (const std::size_t partition_from : {4, 1000}) {
      const auto index = make_index(16, {.partition_from = partition_from, .threads = 1});
      // Far apart, so that ids take 8 bytes.
      const std::uint64_t first = rows == 12 ? 1 : 1'000'000;
      std::vector<ItemId> ids = test::ids_from(first, rows);
      if (rows == 12) ids.back() = ItemId{std::uint64_t{1} << 40};
      if (rows > 0) index->add(ids, test::clustered_embeddings(rows, 16, 3, 1));
      index->save(folder / "a", origin);
      seeds.add("snapshot", read_file(folder / "a", kMostBytes));
    }
  }
}

// What a store holds: a backup, and its entries one by one.
void add_store(Seeds& seeds) {
  const test::TemporaryFolder folder;
  const auto store = test::make_store(folder / "store");
  const std::vector<ItemId> ids = test::put_numbered(*store, 1, 2, "red");
  test::put_numbered(*store, 3, 1, "blue");
  store->erase(std::span(ids).first(1));
  AtomicFile file(folder / "backup");
  write_backup(*store, test::sink_of(file));
  file.commit();
  seeds.add("backup", read_file(folder / "backup", kMostBytes));
  seeds.add("witness", read_file(folder / "store" / "WITNESS", kMostBytes));
  // 8 + 8 bytes of ids, 32 of a digest and two names stand in front of the key.
  const std::string front = std::string(48, '\1') + "\3red\4blue";
  store->for_each_entry([&](std::string_view family, std::string_view key, std::string_view value) {
    seeds.add("key_schema", front + std::string(key));
    if (family == "meta") seeds.add("key_schema", front + std::string(value));
    if (family == "items") seeds.add("item_value", '\0' + std::string(value));
    if (family == "vectors") {
      seeds.add("item_value", '\0' + std::string(value));
      seeds.add("embedding", '\1' + std::string(value));
    }
  });
}

void add_texts(Seeds& seeds) {
  for (const char* text : {"red", "na\u00efve", "\u202Eabc", "\xF0\x9F\x98\x80", "\xED\xA0\x80",
                           "\x1B[31m", "\xC2\x85", "</script><!--", "a&b\"c'", "\xE2\x81\xA6",
                           "\xF4\x8F\xBF\xBF", "\xE1\x80\x80"}) {
    seeds.add("class_name", text);
    seeds.add("page_text", text);
    seeds.add("render", std::string("\x10\x27\0\0\0\0\0\0", 8) + text);
  }
  seeds.add("class_name", std::string(1025, 'a'));
  const std::string digest = to_hex(sha256({}));
  seeds.add("digest", digest);
  std::string vector = "1";
  for (int i = 1; i < 16; ++i) vector += ",0";
  const std::string header = R"({"simdb_export":1,"dimension":16,"encoder":"0123456789abcdef"})"
                             "\n";
  seeds.add("import", header);
  seeds.add("import", header + R"({"class":"red","vector":[)" + vector + "]}\n");
  seeds.add("import", header + R"({"id":1,"class":"red","source":"a.png","sha256":")" + digest +
                          R"(","width":28,"height":20,"added":"","vector":[)" + vector + "]}\n");
  for (const char* line :
       {"a.png\n-k\n5\n--db=x\n--json", "--class\nred\n--accept=0.5\n--\n-b", "--help",
        "-k7\n--classes\nleaf\nx\ny\nz", "--size\n-3", "--class=\n-k=", "-h", "--unknown",
        "-\n--json=1", "--image-limit=side=9\n--image-limit\nseconds=0.5",
        "--image-limit=megapixels=1e3\n--image-limit=file-mb=8",
        "--image-limit=memory-mb=7\n--image-limit=scans=2", "--image-limit=sides=1",
        "--image-limit=1", "--image-limit=side=-1"}) {
    seeds.add("args", std::string("\3") + line);
    seeds.add("args", std::string("\1") + line);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  Seeds seeds(argv[1]);
  add_images(seeds);
  add_gif_and_tiff(seeds);
  add_models(seeds);
  add_feature_cache(seeds);
  add_snapshots(seeds);
  add_store(seeds);
  add_texts(seeds);
  return 0;
}
