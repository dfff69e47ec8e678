// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/instruction_set.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "models/numeric/conv.h"
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim {
namespace {

class InstructionSetTest : public testing::Test {
 protected:
  ~InstructionSetTest() override { select_instruction_set(std::string(to_string(before_))); }

  static std::string error_of(const std::string& name,
                              const std::vector<InstructionSet>& available) {
    try {
      select_instruction_set(name, available);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }

  const InstructionSet before_ = instruction_set();
};

TEST_F(InstructionSetTest, EachAvailableOneIsUsedWhenSelected) {
  const std::vector<InstructionSet> available = available_instruction_sets();
  ASSERT_EQ(available.front(), InstructionSet::kScalar);
  for (const InstructionSet set : available) {
    SCOPED_TRACE(to_string(set));
    select_instruction_set(std::string(to_string(set)));
    EXPECT_EQ(instruction_set(), set);
    EXPECT_EQ(&kernels::selected(), &kernels::set_for(set));
    EXPECT_EQ(kernel_name() == "scalar", set == InstructionSet::kScalar);
    // Of AVX-512 the kernels need VNNI too, else they are those of AVX2.
    if (set != InstructionSet::kAvx512) {
      EXPECT_EQ(kernel_name(), to_string(set));
    }
  }
}

TEST_F(InstructionSetTest, RefusesWhatIsUnknownOrLacking) {
  const std::vector<InstructionSet> available{InstructionSet::kScalar, InstructionSet::kAvx2};
  for (const std::string name : {"mmx", "neon", "avx512", "AVX2", ""}) {
    EXPECT_EQ(error_of(name, available),
              name + ", expected one of scalar, avx2, which this processor has");
  }
  EXPECT_EQ(instruction_set(), before_);
}

}  // namespace
}  // namespace dcnsim
