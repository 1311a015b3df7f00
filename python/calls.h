#pragma once

#include <pybind11/pybind11.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "simdb/error.h"

namespace simdb::python {
namespace py = pybind11;

/// Thrown by Stop::check.
struct Stopped {};

/// Set once somebody wants the call to end. Thread-safe.
class Stop {
 public:
  void request() noexcept { requested_ = true; }
  bool requested() const noexcept { return requested_; }
  void check() const {
    if (requested_) throw Stopped{};
  }

 private:
  std::atomic<bool> requested_ = false;
};

/// How often a call that works listens for Ctrl-C.
inline constexpr std::chrono::milliseconds kListenEvery{50};

/// Runs work(stop), which may take long, without the GIL. On Python's main thread signals are heard
/// meanwhile: the work, on a thread of its own, is then asked to stop, and the signal's exception
/// is raised once it has. Call with the GIL.
template <typename Work>
auto heard(Work&& work) {
  using Result = decltype(work(std::declval<const Stop&>()));
  Stop stop;
  std::optional<Result> result;
  const py::gil_scoped_release others_run;
  if (::getpid() != ::gettid()) return work(stop);  // Python hears signals on its main thread
  std::exception_ptr failure;
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  std::jthread worker([&]() noexcept {
    try {
      result.emplace(work(stop));
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    is_done = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  while (!done.wait_for(lock, kListenEvery, [&] { return is_done; })) {
    lock.unlock();
    {
      const py::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) {
        py::error_already_set raised;
        stop.request();
        {
          const py::gil_scoped_release ending;
          worker.join();
        }
        throw raised;
      }
    }
    lock.lock();
  }
  lock.unlock();
  worker.join();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

/// What a Python object holds of the library. It may be closed while calls use it: it goes with the
/// last of them. A child process that inherits it by fork() can't use it, for threads and locks of
/// the library are not what they were there. Thread-safe.
template <typename T>
class Handle {
 public:
  /// `what` names it in messages.
  Handle(std::shared_ptr<T> held, std::string what)
      : held_(std::move(held)), what_(std::move(what)), process_(::getpid()) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  /// Call with the GIL.
  ~Handle() { close(); }

  std::shared_ptr<T> get() const {
    require_own_process();
    const std::lock_guard lock(mutex_);
    if (!held_) throw Error(ErrorCode::kUsage, "can't use " + what_ + ": it is closed");
    return held_;
  }
  /// Does nothing the second time. In a child process it stays as it is. Call with the GIL.
  void close() noexcept {
    if (::getpid() != process_) {
      // Its end would wait for threads that the child has not.
      static_cast<void>(new std::shared_ptr<T>(std::move(held_)));
      return;
    }
    const py::gil_scoped_release others_run;
    std::shared_ptr<T> last;
    const std::lock_guard lock(mutex_);
    last.swap(held_);
  }
  bool is_closed() const {
    require_own_process();
    const std::lock_guard lock(mutex_);
    return held_ == nullptr;
  }

 private:
  void require_own_process() const {
    if (::getpid() == process_) return;
    throw Error(ErrorCode::kUsage, "can't use " + what_ + " here: it belongs to process " +
                                       std::to_string(process_) +
                                       ", which this one was forked from; open it in this process");
  }

  mutable std::mutex mutex_;
  std::shared_ptr<T> held_;
  const std::string what_;
  const pid_t process_;
};

}  // namespace simdb::python
