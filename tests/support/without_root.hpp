// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

namespace dgx::test {

/// Gives up root's rights for a scope, so that modes mean something; does nothing for others.
class WithoutRoot {
 public:
  WithoutRoot() : was_root_(::geteuid() == 0) {
    if (was_root_ && ::seteuid(65534) != 0) was_root_ = false;
  }
  ~WithoutRoot() {
    if (was_root_ && ::seteuid(0) != 0) ::_exit(99);  // Going on with the wrong rights is worse.
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  bool was_root_;
};

}  // namespace dgx::test
