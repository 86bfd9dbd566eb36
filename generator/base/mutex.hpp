// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>

// Clang checks at compile time that a field is only touched under its lock (-Wthread-safety);
// for GCC the annotations are empty.
#if defined(__clang__)
#define DGX_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define DGX_THREAD_ANNOTATION(x)
#endif
#define DGX_GUARDED_BY(mutex) DGX_THREAD_ANNOTATION(guarded_by(mutex))
#define DGX_REQUIRES(mutex) DGX_THREAD_ANNOTATION(requires_capability(mutex))

namespace dgx {

/// A std::mutex that clang's thread-safety analysis understands.
class DGX_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() DGX_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() DGX_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

/// Holds a Mutex for a scope. A condition variable waits on native().
class DGX_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) DGX_THREAD_ANNOTATION(acquire_capability(mutex))
      : lock_(mutex.mutex_) {}
  // NOLINTNEXTLINE(modernize-use-equals-default): carries an attribute
  ~MutexLock() DGX_THREAD_ANNOTATION(release_capability()) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  std::unique_lock<std::mutex>& native() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace dgx
