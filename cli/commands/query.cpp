#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/decision_options.h"
#include "cli/decision_text.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/input_file.h"
#include "cli/item_options.h"
#include "cli/remote/decision_request.h"
#include "cli/remote/find_server.h"
#include "cli/remote/read_answers.h"
#include "cli/remote/remote.h"
#include "cli/remote/send_images.h"
#include "cli/render.h"
#include "cli/vote_options.h"
#include "pipeline/answer_json.h"
#include "pipeline/formats/vector_reader.h"
#include "simdb/encode_images.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// Vectors that are read, and asked on all cores, before their answers are printed.
constexpr std::size_t kVectorsAtOnce = 256;

void print_details(std::ostream& out, const Prediction& prediction) {
  if (prediction.neighbors.empty()) return;
  out << "\n  similarity     id  class and source\n";
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    out << fmt::format("  {:>10.4f} {:>6}  {}  {}\n", neighbor.similarity, to_number(neighbor.id),
                       printable(neighbor.class_name), printable(neighbor.source));
  }
}

// `alone`: there is no other.
void print_answer(std::ostream& out, const std::string& name, const Answer& answer,
                  const AnswerTerms& terms, bool alone) {
  if (alone) {
    out << answer_text(answer, terms) << '\n';
    print_details(out, answer.prediction);
  } else {
    out << fmt::format("{:<24} {}\n", answer_text(answer, terms), printable(name));
  }
}

// Prints answers as the options say. Copies nothing; all must outlive it.
class Answers {
 public:
  Answers(const ArgumentParser& parser, const Decider& decider, std::ostream& out)
      : decider_(decider),
        terms_(terms_of(decider)),
        as_json_(parser.flag("json")),
        why_(parser.flag("why")),
        out_(out) {}

  /// `alone`: there is no other.
  void print(const std::string& name, std::span<const float> embedding, const Answer& answer,
             bool alone) const {
    if (why_) {
      const Explanation why = decider_.explain(embedding, answer);
      out_ << answer_json(name, answer, decider_, &why) << '\n';
    } else if (as_json_) {
      out_ << answer_json(name, answer, decider_) << '\n';
    } else {
      print_answer(out_, name, answer, terms_, alone);
    }
  }

 private:
  const Decider& decider_;
  const AnswerTerms terms_;
  bool as_json_;
  bool why_;
  std::ostream& out_;
};

// Prints the answers of a server.
class RemoteAnswers {
 public:
  RemoteAnswers(const ArgumentParser& parser, Remote& remote, std::ostream& out)
      : as_json_(parser.flag("json")), out_(out) {
    if (parser.has("within")) terms_.within = parser.get<float>("within");
    terms_.alpha = parser.get<double>("alpha");
    if (terms_.within && !as_json_) {
      const std::string stats = remote.get(Remote::Target("/v1/stats"));
      terms_.is_empty = count_in(stats, "items") == 0;
    }
  }

  void print(const std::string& name, const std::string& answer, bool alone) const {
    if (as_json_) {
      out_ << answer << '\n';
    } else {
      print_answer(out_, name, answer_from(parse_answer(answer)), terms_, alone);
    }
  }

 private:
  bool as_json_;
  AnswerTerms terms_;
  std::ostream& out_;
};

int query_images_remote(const ArgumentParser& parser, Remote& remote, Console& console) {
  refuse_option(parser, "image-limit", "those of the server hold");
  ImageArguments images(console);
  const std::vector<std::filesystem::path> paths = images.files(parser, parser.positional());
  const RemoteAnswers answers(parser, remote, console.out);
  const auto ask = [&](Remote& server, std::size_t i, std::span<const std::byte> file) {
    return server.post_image(decision_target("/v1/query", parser, paths[i].string()), file);
  };
  std::vector<ImageFailure> failures;
  send_images(remote.http().server(), list_of(paths), ask, [&](std::span<const SentImage> sent) {
    std::vector<ImageFailure> bad;
    for (const SentImage& image : sent) {
      if (image.failure) {
        bad.push_back(*image.failure);
      } else {
        answers.print(paths[image.index].string(), image.answer, paths.size() == 1);
      }
    }
    console.out.flush();
    print_failures(console.err, bad);
    failures.insert(failures.end(), bad.begin(), bad.end());
    return static_cast<bool>(console.out);
  });
  return images.exit_code(failures, paths.size());
}

int query_images(const ArgumentParser& parser, QueryOptions options, Console& console) {
  const ImageLimits limits = parser.image_limits();
  ImageArguments images(console);
  const std::vector<std::filesystem::path> paths = images.files(parser, parser.positional());
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Decider decider = make_decider(parser, database, options, console);
  const Answers answers(parser, decider, console.out);
  std::vector<ImageFailure> failures;
  encode_images(database.encoder(), list_of(paths, limits), [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const std::span<const float> embedding = run.embeddings.row(i);
      answers.print(paths[run.indices[i]].string(), embedding,
                    decider.answer(embedding, database.query(embedding, options)),
                    paths.size() == 1);
    }
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
    return static_cast<bool>(console.out);
  });
  return images.exit_code(failures, paths.size());
}

// Some rows of a file of vectors. Names and rows of `embeddings` belong together.
struct VectorRun {
  explicit VectorRun(std::size_t dimension) : embeddings(dimension) {}

  std::vector<std::string> names;
  EmbeddingBatch embeddings;
  std::vector<std::vector<float>> raw;  // before they were scaled
  std::vector<ImageFailure> failures;
  bool is_last = false;
};

VectorRun read_vectors(VectorReader& reader, std::size_t dimension) {
  VectorRun run(dimension);
  std::vector<float> values;
  while (!run.is_last && run.names.size() + run.failures.size() < kVectorsAtOnce) {
    try {
      run.is_last = !reader.next(values);
      if (run.is_last) break;
    } catch (const Error& e) {
      run.failures.push_back({0, e.code(), e.what()});
      continue;
    }
    try {
      run.embeddings.append_normalized(values);
      run.raw.push_back(values);
      run.names.push_back(reader.row_name());
    } catch (const Error& e) {
      run.failures.push_back({0, e.code(), reader.row_name() + ": " + e.what()});
    }
  }
  return run;
}

// What is asked about rows of vectors, some at a time: their answers as a printer wants them.
template <typename Ask>
int ask_rows(const std::string& file, std::size_t dimension, Console& console, const Ask& ask) {
  std::optional<std::ifstream> opened;
  if (file != "-") opened = open_to_read(file);
  VectorReader reader(opened ? *opened : console.in, file, dimension);
  std::vector<ImageFailure> failures;
  std::size_t total = 0;
  for (bool goes_on = true; goes_on && console.out;) {
    const VectorRun run = read_vectors(reader, dimension);
    goes_on = !run.is_last;
    total += run.names.size() + run.failures.size();
    ask(run, total == 1 && run.is_last);
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
  }
  if (total == 0) throw Error(ErrorCode::kBadInput, "there is no vector in " + file);
  return exit_code(failures, total);
}

int query_vectors_remote(const ArgumentParser& parser, Remote& remote, Console& console) {
  const RemoteAnswers answers(parser, remote, console.out);
  const std::string stats = remote.get(Remote::Target("/v1/stats"));
  return ask_rows(parser.get<std::string>("vectors"), count_in(stats, "dimension"), console,
                  [&](const VectorRun& run, bool alone) {
                    for (std::size_t i = 0; i < run.names.size(); ++i) {
                      Remote::Json body = decision_json(parser, run.names[i]);
                      body["vector"] = run.raw[i];
                      answers.print(run.names[i],
                                    remote.post(Remote::Target("/v1/query/json"), body), alone);
                    }
                  });
}

int query_vectors(const ArgumentParser& parser, QueryOptions options, Console& console) {
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Decider decider = make_decider(parser, database, options, console);
  const Answers answers(parser, decider, console.out);
  return ask_rows(parser.get<std::string>("vectors"), database.gallery().dimension(), console,
                  [&](const VectorRun& run, bool alone) {
                    const std::vector<Answer> decided = decider.answers(
                        run.embeddings, database.query_batch(run.embeddings, options));
                    for (std::size_t i = 0; i < decided.size(); ++i) {
                      answers.print(run.names[i], run.embeddings.row(i), decided[i], alone);
                    }
                  });
}

}  // namespace

int run_query(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "query PATH...   or   simdb query --vectors FILE",
      "Classifies images by a similarity-weighted vote of their nearest neighbours. PATH is a "
      "file,\na folder or - for a list on stdin. One image is answered with its neighbours, many "
      "with\na line each: class, confidence, path. So are vectors, row i as FILE:i.");
  parser.options().add_options()(
      "vectors", po::value<std::string>()->value_name("FILE"),
      "rows of FILE.npy, .fvecs or JSON lines (- for stdin), not images");
  add_decision_options(parser);
  parser.options().add_options()("why", "with --json: the reasons too, see 'simdb why'");
  parser.with_lists().with_image_limits().with_server().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  const QueryOptions options = decision_options(parser);
  if (parser.flag("why") && !parser.flag("json")) {
    throw Error(ErrorCode::kUsage,
                "--why comes with --json; 'simdb why IMAGE' tells it as text or a page");
  }
  const bool has_images = !parser.positional().empty() || parser.has("files-from");
  if (has_images == parser.has("vectors")) {
    throw Error(ErrorCode::kUsage, has_images ? "query takes images or --vectors, not both"
                                              : "an argument is missing; see 'simdb query --help'");
  }
  if (auto remote = Remote::of(parser)) {
    return has_images ? query_images_remote(parser, *remote, console)
                      : query_vectors_remote(parser, *remote, console);
  }
  return has_images ? query_images(parser, options, console)
                    : query_vectors(parser, options, console);
}

}  // namespace simdb::cli
