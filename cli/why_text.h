#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "cli/kept_picture.h"
#include "pipeline/answers.h"

namespace simdb::cli {

/// What is told of one image. Copies nothing; all must outlive it.
struct Reasons {
  const Decider& decider;
  const Answer& answer;
  const Explanation& why;
};

// Sentences for a person. Names in them are as they are: printable() is the reader's business.

/// How the neighbours voted, and what decides where there are no p-values.
std::vector<std::string> vote_sentences(const Reasons& reasons);
/// Whether a class can be the answer, and by which figures.
std::vector<std::string> class_sentences(const Reasons& reasons, const ClassReason& entry);
/// Which items changed the answer.
std::vector<std::string> decisive_sentences(const Reasons& reasons);
/// What would make the runner-up win; empty if there is none.
std::vector<std::string> runner_up_sentences(const Reasons& reasons);

/// All of it, and a table of the neighbours.
void print_why(std::ostream& out, const Reasons& reasons);

/// The image that is asked about. Copies nothing; all must outlive it.
struct AskedImage {
  const std::string& name;
  std::span<const float> embedding;
  std::span<const std::byte> thumbnail;  ///< an image file; may be empty
};
/// One page with the pictures; with `kept` the images as the encoder sees them too.
std::string why_page(const Reasons& reasons, const AskedImage& asked,
                     const KeptPictures* kept = nullptr);

}  // namespace simdb::cli
