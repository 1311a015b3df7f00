#include "decisions/calibration_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "index/checksum.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::array<char, 8> kMagic = {'s', 'i', 'm', 'd', 'b', 'c', 'a', 'l'};
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kVersion = 1;

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t byte_order = kByteOrder;
  std::uint32_t version = kVersion;
  std::uint64_t file_bytes = 0;
  std::uint64_t body_checksum = 0;
  std::uint64_t header_checksum = 0;  // of what stands before it
};
static_assert(sizeof(Header) == 40);

std::uint64_t checksum_of_header(const Header& header) {
  return checksum_of(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, header_checksum)));
}

class Writer {
 public:
  template <typename T>
  void number(T value) {
    append(std::as_bytes(std::span(&value, 1)));
  }
  void text(std::string_view text) {
    number<std::uint64_t>(text.size());
    append(std::as_bytes(std::span(text)));
  }
  void floats(std::span<const float> values) {
    number<std::uint64_t>(values.size());
    append(std::as_bytes(values));
  }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void append(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::vector<std::byte> bytes_;
};

[[noreturn]] void refuse_damaged(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kCorruption, "the calibration " + path + " is damaged: " + what +
                                          "; make a new one with 'simdb calibrate'");
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::kBadInput, "can't use " + path + ": " + why);
}

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& path) : rest_(bytes), path_(path) {}

  template <typename T>
  T number() {
    T value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() {
    const auto bytes = take(size_of(1));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT: bytes of a text
  }
  std::vector<float> floats() {
    const std::size_t count = size_of(sizeof(float));
    std::vector<float> values(count);
    const auto bytes = take(count * sizeof(float));
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  // Numbers where they lie, at any address.
  template <typename T>
  class Some {
   public:
    explicit Some(std::span<const std::byte> bytes) : bytes_(bytes) {}
    T operator[](std::size_t i) const {
      T value{};
      std::memcpy(&value, bytes_.data() + i * sizeof value, sizeof value);
      return value;
    }

   private:
    std::span<const std::byte> bytes_;
  };
  template <typename T>
  Some<T> some(std::size_t count) {
    return Some<T>(take(count * sizeof(T)));
  }
  // How many follow, of at least `bytes` each.
  std::size_t size_of(std::size_t bytes) {
    const auto count = number<std::uint64_t>();
    if (count > rest_.size() / bytes) refuse_damaged(path_, "it ends too early");
    return count;
  }
  void require(bool holds, const char* otherwise) const {
    if (!holds) refuse_damaged(path_, otherwise);
  }
  void require_end() const { require(rest_.empty(), "it goes on after its end"); }

 private:
  std::span<const std::byte> take(std::size_t count) {
    require(count <= rest_.size(), "it ends too early");
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::span<const std::byte> rest_;
  const std::string& path_;
};

void write_share(Writer& to, const EstimatedShare& share) {
  to.number(share.count);
  to.number(share.of);
  to.number(share.low);
  to.number(share.high);
}

EstimatedShare read_share(Reader& from) {
  EstimatedShare share;
  share.count = from.number<std::uint64_t>();
  share.of = from.number<std::uint64_t>();
  share.low = from.number<double>();
  share.high = from.number<double>();
  return share;
}

void write_estimate(Writer& to, const std::optional<CalibrationEstimate>& estimate) {
  to.number<std::uint8_t>(estimate ? 1 : 0);
  if (!estimate) return;
  to.number(estimate->alpha);
  write_share(to, estimate->accepted);
  to.number(estimate->auroc);
  to.number<std::uint8_t>(estimate->held_out_rejected ? 1 : 0);
  if (estimate->held_out_rejected) write_share(to, *estimate->held_out_rejected);
}

std::optional<CalibrationEstimate> read_estimate(Reader& from) {
  if (from.number<std::uint8_t>() == 0) return std::nullopt;
  CalibrationEstimate estimate;
  estimate.alpha = from.number<double>();
  estimate.accepted = read_share(from);
  estimate.auroc = from.number<double>();
  if (from.number<std::uint8_t>() != 0) estimate.held_out_rejected = read_share(from);
  return estimate;
}

void write_held_out(Writer& to, const std::optional<HeldOutImages>& held_out) {
  to.number<std::uint8_t>(held_out ? 1 : 0);
  if (!held_out) return;
  to.number<std::uint64_t>(held_out->class_names.size());
  for (std::size_t i = 0; i < held_out->class_names.size(); ++i) {
    to.text(held_out->class_names[i]);
    to.floats(held_out->embeddings.row(i));
  }
}

std::optional<HeldOutImages> read_held_out(Reader& from, std::size_t dimension) {
  if (from.number<std::uint8_t>() == 0) return std::nullopt;
  HeldOutImages held_out{EmbeddingBatch(dimension), {}};
  const std::size_t count = from.size_of(2 * sizeof(std::uint64_t));
  for (std::size_t i = 0; i < count; ++i) {
    held_out.class_names.push_back(from.text());
    const std::vector<float> values = from.floats();
    from.require(values.size() == dimension, "a held-out image has another dimension");
    held_out.embeddings.append_unit(values);
  }
  return held_out;
}

void write_class(Writer& to, const CalibrationState::Class& known) {
  const ClassScores& scores = known.scores;
  to.text(known.name);
  to.number(scores.items);
  to.number(scores.groups);
  to.number<std::uint8_t>(scores.has_trained_on ? 1 : 0);
  to.number<std::uint64_t>(scores.calibrating.size());
  for (const ItemScore& item : scores.calibrating) to.number(item.score);
  for (const ItemScore& item : scores.calibrating) to.number(to_number(item.id));
  to.floats(scores.drawn);
  to.floats(scores.held_out);
}

CalibrationState::Class read_class(Reader& from) {
  CalibrationState::Class known;
  ClassScores& scores = known.scores;
  known.name = from.text();
  scores.items = from.number<std::uint64_t>();
  scores.groups = from.number<std::uint32_t>();
  scores.has_trained_on = from.number<std::uint8_t>() != 0;
  const std::size_t count = from.size_of(sizeof(float) + sizeof(std::uint64_t));
  const auto values = from.some<float>(count);
  const auto ids = from.some<std::uint64_t>(count);
  scores.calibrating.reserve(count);
  for (std::size_t i = 0; i < count; ++i) scores.calibrating.push_back({values[i], ItemId{ids[i]}});
  scores.drawn = from.floats();
  scores.held_out = from.floats();
  from.require(std::is_sorted(scores.calibrating.begin(), scores.calibrating.end()) &&
                   std::is_sorted(scores.held_out.begin(), scores.held_out.end()) &&
                   scores.drawn.size() <= kDrawnItems,
               "the scores of a class are out of order");
  return known;
}

void read_items(Reader& from, CalibrationState& state) {
  const std::size_t count = from.size_of(sizeof(std::uint64_t) + sizeof(std::uint32_t));
  const auto ids = from.some<std::uint64_t>(count);
  const auto places = from.some<std::uint32_t>(count);
  state.items.reserve(count);
  bool is_sound = true;
  CalibrationState::Item last;
  for (std::size_t i = 0; i < count; ++i) {
    const CalibrationState::Item item{ItemId{ids[i]}, places[i]};
    is_sound = is_sound && last <= item && item.place < state.classes.size();
    state.items.push_back(item);
    last = item;
  }
  from.require(is_sound, "its items are out of order");
}

Header read_header(std::span<const std::byte> bytes, const std::string& path) {
  Header header;
  if (bytes.size() < sizeof header) refuse_damaged(path, "it ends within its header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic) refuse_damaged(path, "it does not begin as one");
  if (header.byte_order != kByteOrder) {
    refuse(path, "it was written on a machine with another byte order");
  }
  // First, so that a flipped bit in the version is not taken for one.
  if (header.header_checksum != checksum_of_header(header)) {
    refuse_damaged(path, "the checksum of its header does not match");
  }
  if (header.version != kVersion) {
    refuse(path, "it has format version " + std::to_string(header.version) + ", this simdb knows " +
                     std::to_string(kVersion) +
                     "; use a newer simdb, or make a new one with 'simdb calibrate'");
  }
  if (header.file_bytes != bytes.size() ||
      header.body_checksum != checksum_of(bytes.subspan(sizeof header))) {
    refuse_damaged(path, "its checksum does not match");
  }
  return header;
}

}  // namespace

std::vector<std::byte> calibration_bytes(const CalibrationState& state) {
  Writer body;
  body.text(state.fingerprint);
  body.number(state.change);
  body.number(state.mark);
  body.text(state.choices.group_by);
  body.number<std::uint8_t>(state.choices.group_by_folder ? 1 : 0);
  write_held_out(body, state.held_out);
  write_estimate(body, state.estimate);
  body.number<std::uint64_t>(state.classes.size());
  for (const CalibrationState::Class& known : state.classes) write_class(body, known);
  body.number<std::uint64_t>(state.items.size());
  for (const CalibrationState::Item& item : state.items) body.number(to_number(item.id));
  for (const CalibrationState::Item& item : state.items) body.number(item.place);

  Header header;
  header.file_bytes = sizeof header + body.bytes().size();
  header.body_checksum = checksum_of(body.bytes());
  header.header_checksum = checksum_of_header(header);
  std::vector<std::byte> bytes(header.file_bytes);
  const auto head = std::as_bytes(std::span(&header, 1));
  std::ranges::copy(body.bytes(), std::ranges::copy(head, bytes.begin()).out);
  return bytes;
}

CalibrationState parse_calibration(std::span<const std::byte> bytes, const std::string& path,
                                   const std::string& fingerprint, std::size_t dimension) {
  read_header(bytes, path);
  Reader from(bytes.subspan(sizeof(Header)), path);
  CalibrationState state;
  state.fingerprint = from.text();
  if (state.fingerprint != fingerprint)
    refuse(path,
           "it belongs to another database or encoder; make a new one with 'simdb calibrate'");
  state.change = from.number<std::uint64_t>();
  state.mark = from.number<std::uint64_t>();
  state.choices.group_by = from.text();
  state.choices.group_by_folder = from.number<std::uint8_t>() != 0;
  state.held_out = read_held_out(from, dimension);
  state.estimate = read_estimate(from);
  const std::size_t count = from.size_of(5 * sizeof(std::uint64_t));
  state.classes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    state.classes.push_back(read_class(from));
    from.require(i == 0 || state.classes[i - 1].name < state.classes[i].name,
                 "its classes are out of order");
  }
  read_items(from, state);
  from.require_end();
  return state;
}

void Calibration::save(Gallery& gallery) const {
  gallery.set_sidecar(kCalibrationFile, calibration_bytes(*state_));
}

std::optional<Calibration> Calibration::load(const Gallery& gallery) {
  const auto bytes = gallery.sidecar(kCalibrationFile);
  if (!bytes) return std::nullopt;
  return Calibration(std::make_shared<CalibrationState>(
      parse_calibration(*bytes, gallery.place() + '/' + std::string(kCalibrationFile),
                        gallery.encoder_fingerprint(), gallery.dimension())));
}

}  // namespace simdb
