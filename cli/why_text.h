#pragma once

#include <ostream>
#include <string>
#include <vector>

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

/// One page with the pictures. `name` is what the image is called, `thumbnail` its picture; that
/// may be empty.
std::string why_page(const Reasons& reasons, const std::string& name,
                     const std::vector<std::byte>& thumbnail);

}  // namespace simdb::cli
