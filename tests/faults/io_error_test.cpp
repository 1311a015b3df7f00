// The n-th input or output of each operation fails, for n = 1, 2, ... until the operation ends
// without reaching it: once and for good, with and without a power loss after it.
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "simdb/error.h"
#include "tests/faults/faulty_gallery.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

enum class Operation {
  kCreate,
  kOpen,
  kAdd,
  kAddBatch,
  kReplace,
  kRemove,
  kChange,
  kRename,
  kReindex,
  kClose,
  kRepair
};

constexpr std::array kOperations = {Operation::kCreate,   Operation::kOpen,    Operation::kAdd,
                                    Operation::kAddBatch, Operation::kReplace, Operation::kRemove,
                                    Operation::kChange,   Operation::kRename,  Operation::kReindex,
                                    Operation::kClose,    Operation::kRepair};

const char* name_of(Operation operation) {
  static constexpr std::array kNames = {"create",  "open",   "add",    "add a batch",
                                        "replace", "remove", "change", "rename",
                                        "reindex", "close",  "repair"};
  return kNames[static_cast<std::size_t>(operation)];
}

struct Fault {
  std::uint64_t n = 1;
  int error = EIO;
  bool for_good = false;
  bool then_power_loss = false;
  bool lies = false;  // for the control
};

struct Outcome {
  bool reached = false;  // the n-th operation happened, and failed
  bool refused = false;  // the call said so
  std::string wrong;
};

class Trial {
 public:
  Trial(Operation operation, const Fault& fault, std::uint64_t seed)
      : operation_(operation), fault_(fault), database_(seed), work_(seed) {}

  Outcome run() {
    try {
      prepare();
      database_.disk.lie_about_syncs(fault_.lies);
      database_.disk.fail_at(fault_.n, fault_.error, fault_.for_good);
      attempt();
      outcome_.reached = database_.disk.has_failed();
      if (outcome_.refused && !outcome_.reached) return wrong("it failed without a cause");
      if (database_.gallery && outcome_.refused) look_at_the_handle();
      leave();
      return wrong(look_at_the_disk());
    } catch (const std::exception& error) {
      return wrong(error.what());
    }
  }

 private:
  Outcome wrong(const std::string& what) {
    if (!what.empty()) {
      outcome_.wrong = std::string(name_of(operation_)) + ", operation " +
                       std::to_string(fault_.n) + " (" + database_.disk.failed_operation() +
                       (fault_.for_good ? ") and all after it" : ")") + " failing: " + what;
    }
    return outcome_;
  }

  // A database with tables, a log, a snapshot, and what it replaced.
  void prepare() {
    if (operation_ == Operation::kCreate) return;
    database_.create();
    for (const Step step :
         {Step::kAddBatch, Step::kReindex, Step::kAdd, Step::kChange, Step::kRemove}) {
      work_.step(*database_.gallery, expected_, step);
    }
    if (operation_ == Operation::kOpen) {
      database_.disk.power_off();  // leaves a log to read
      database_.close();
      database_.disk.power_on(Tail::kNothing);
      return;
    }
    if (operation_ == Operation::kClose) return;
    database_.close();
    if (operation_ == Operation::kRepair) {
      RawStore raw(store_path(database_.path()));
      raw.put("classes", "class 1", big_endian(99));
      raw.erase("sessions", big_endian(1));
      return;
    }
    database_.open();
  }

  void attempt() {
    try {
      switch (operation_) {
        case Operation::kCreate:
          return database_.create();
        case Operation::kOpen:
          return database_.open();
        case Operation::kAdd:
          return work_.step(*database_.gallery, expected_, Step::kAdd);
        case Operation::kAddBatch:
          return work_.step(*database_.gallery, expected_, Step::kAddBatch);
        case Operation::kReplace:
          return work_.step(*database_.gallery, expected_, Step::kReplace);
        case Operation::kChange:
          return work_.step(*database_.gallery, expected_, Step::kChange);
        case Operation::kRename:
          return work_.step(*database_.gallery, expected_, Step::kRename);
        case Operation::kRemove:
          return work_.step(*database_.gallery, expected_, Step::kRemove);
        case Operation::kReindex:
          return work_.step(*database_.gallery, expected_, Step::kReindex);
        case Operation::kClose:
          return database_.close();
        case Operation::kRepair:
          database_.repair();
          return;
      }
    } catch (const Error& error) {
      outcome_.refused = true;
      message_ = error.what();
      const bool fits = error.code() == ErrorCode::kIo ||
                        // A file that can't be read while a store is opened looks like a lost one.
                        (error.code() == ErrorCode::kCorruption &&
                         (operation_ == Operation::kOpen || operation_ == Operation::kReindex ||
                          operation_ == Operation::kRepair));
      if (!fits) throw std::runtime_error("the wrong kind of error: " + message_);
    }
  }

  // After a failed change nothing more is taken (a later sync may lie), but searches go on.
  void look_at_the_handle() {
    if (operation_ == Operation::kCreate || operation_ == Operation::kOpen) return;
    const bool changed = expected_.in_a_change();
    // What failed before anything was written leaves no doubt about what is on the disk.
    const bool in_doubt = !database_.disk.failed_operation().starts_with("read");
    const Expected before = expected_;
    database_.disk.heal();
    if (changed) {
      // If another change is taken, then this one was not done, in no part.
      expected_.adding.clear();
      expected_.removing.clear();
      expected_.changing.clear();
      bool taken = true;
      try {
        work_.step(*database_.gallery, expected_, Step::kAdd);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::kIo) throw;
        taken = false;
      }
      if (taken && in_doubt) {
        throw std::runtime_error("a change was taken after a failed one (" + message_ + ")");
      }
      if (!taken) expected_ = before;
    }
    database_.gallery->search(random_embeddings(1, 16, 5).row(0), 5);
  }

  void leave() {
    if (fault_.then_power_loss) database_.disk.power_off();
    if (!fault_.for_good) database_.disk.heal();
    database_.close();
    if (fault_.then_power_loss) database_.disk.power_on(Tail::kNothing);
    database_.disk.heal();
    database_.disk.lie_about_syncs(false);
  }

  std::string look_at_the_disk() {
    if (operation_ == Operation::kCreate && (outcome_.refused || fault_.then_power_loss)) {
      if (!outcome_.refused) {
        database_.open();  // it was acknowledged
        return check(*database_.gallery, expected_);
      }
      // As Database::create does, and then tries again.
      std::filesystem::remove_all(store_path(database_.path()));
      database_.create();
      return check(*database_.gallery, expected_);
    }
    if (operation_ == Operation::kRepair) {
      // A repair that failed can be done again, and so can one that did not.
      const StoreRepair repair = database_.repair();
      if (!repair.lost.empty()) return "repair says it lost " + repair.lost.front();
    }
    database_.open();
    // Forgetting the history made the saved index useless, which repair_database goes on to mend.
    if (operation_ == Operation::kRepair) database_.gallery->reindex();
    const std::string difference = check(*database_.gallery, expected_);
    if (!difference.empty()) return difference;
    work_.step(*database_.gallery, expected_, Step::kAdd);
    return check(*database_.gallery, expected_);
  }

  const Operation operation_;
  const Fault fault_;
  FaultyGallery database_;
  GalleryWork work_;
  Expected expected_;
  Outcome outcome_;
  std::string message_;
};

struct Report {
  std::uint64_t runs = 0;
  std::uint64_t faults = 0;
  std::uint64_t refused = 0;
  std::uint64_t wrong = 0;
  std::string first_wrong;

  void add(const Outcome& outcome) {
    ++runs;
    faults += outcome.reached ? 1 : 0;
    refused += outcome.refused ? 1 : 0;
    if (!outcome.wrong.empty() && wrong++ == 0) first_wrong = outcome.wrong;
  }
};

TEST(IoErrorTest, EveryFailingOperationIsAnErrorAndLosesNothing) {
  const std::uint64_t seed = fault_run().seed;
  const std::uint64_t stride = amount(40, 7, 1);
  Report report;
  for (const Operation operation : kOperations) {
    std::uint64_t operations = 0;
    for (const bool for_good : {false, true}) {
      for (const bool then_power_loss : {false, true}) {
        // Some more after the first run that the fault was too late for: the number of operations
        // differs a little from run to run.
        int late = 0;
        for (Fault fault{1 + seed % stride, EIO, for_good, then_power_loss, false}; late < 3;
             fault.n += stride) {
          fault.error = fault.n % 2 == 0 ? EIO : ENOSPC;
          const Outcome outcome = Trial(operation, fault, seed + report.runs).run();
          report.add(outcome);
          late += outcome.reached ? 0 : 1;
          operations = std::max(operations, fault.n);
        }
      }
    }
    std::printf("%-12s %4lu operations, %5lu runs so far\n", name_of(operation), operations,
                report.runs);
    EXPECT_GT(operations, 2U);
  }
  EXPECT_EQ(report.wrong, 0U) << report.first_wrong;
  EXPECT_GT(report.refused * 2, report.faults) << "most faults went unnoticed";

  // A disk that drops what it was asked to sync: the same look at it must find something missing.
  Report control;
  for (std::uint64_t i = 0; i < 10; ++i) {
    control.add(Trial(Operation::kAdd, {100'000, EIO, false, true, true}, seed + i).run());
  }
  EXPECT_GE(control.wrong, 9U) << "a loss would not be noticed";
  if (HasFailure()) return;
  record({"F4", grouped(report.runs) + " runs, " + grouped(report.faults) + " failing operations",
          grouped(report.refused) + " refused calls, 0 lost, 0 aborts",
          "a disk that does not sync: noticed in " + grouped(control.wrong) + " of " +
              grouped(control.runs)});
}

}  // namespace
}  // namespace simdb::test
