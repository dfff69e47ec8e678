// SPDX-License-Identifier: Apache-2.0
// A job from any bytes: the first says on which machine, the second how many descriptors there are,
// the others lie in its memory from address 0 on. It ends in DONE or an error register, and the
// same way when it runs again, whatever ran before.
#include <algorithm>
#include <stdexcept>

#include "models/arch/descriptor.h"
#include "models/arch/registers.h"
#include "tests/fuzz/machines.h"
#include "tests/fuzz/reader.h"

namespace dcnsim::fuzz {
namespace {

JobCounts& counts() {
  static JobCounts all;
  return all;
}

constexpr std::uint64_t kMostWork = 1'000'000;

std::uint64_t work(const Descriptor& d) {
  std::uint64_t sum = d.macs() + d.input_shape().elements() + d.output_shape().elements() +
                      static_cast<std::uint64_t>(step_count(d)) * 16;
  if (d.kind == LayerKind::kPool) {
    sum += d.output_shape().elements() * static_cast<std::uint64_t>(d.pool.kernel_h) *
           static_cast<std::uint64_t>(d.pool.kernel_w);
  }
  return sum;
}

/// Of the list as it lies there, up to its first bad descriptor. One that decodes is encoded to the
/// same fields.
std::uint64_t work(const std::vector<std::uint8_t>& memory, std::size_t descriptors) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < descriptors && sum <= kMostWork; ++i) {
    DescriptorBytes bytes{};
    const std::size_t begin = std::min(i * kDescriptorBytes, memory.size());
    const std::size_t end = std::min(begin + kDescriptorBytes, memory.size());
    std::copy(memory.begin() + static_cast<std::ptrdiff_t>(begin),
              memory.begin() + static_cast<std::ptrdiff_t>(end), bytes.begin());
    Descriptor d;
    try {
      d = decode(bytes);
    } catch (const std::invalid_argument&) {
      return sum;
    }
    must("what was decoded is encoded and decoded to the same",
         [&] { require(encode(decode(encode(d))) == encode(d), "a descriptor survives"); });
    require(step_count(d) >= 1 && step_count(d) <= kMaxSteps, "bounded steps");
    sum += work(d);
  }
  return sum;
}

void count(const Job& job) {
  if (job.status == DCN_OK) {
    ++counts().done;
    return;
  }
  require(job.status == DCN_JOB_FAILED, "a job ends in DONE or an error");
  switch (job.error_code) {
    case reg::kBadDescriptor:
      ++counts().bad_descriptor;
      return;
    case reg::kDoesNotFit:
      ++counts().does_not_fit;
      return;
    case reg::kBusError:
      ++counts().bus_error;
      return;
    default:
      require(false, "an error has a code of the register's");
  }
}

}  // namespace

const JobCounts& job_counts() { return counts(); }

void read_descriptors(const std::string& bytes) {
  if (bytes.size() < 2) return;
  Machine& machine = machines()[static_cast<std::uint8_t>(bytes[0]) % machines().size()];
  const auto descriptors = static_cast<std::uint8_t>(bytes[1]);
  const std::vector<std::uint8_t> memory(bytes.begin() + 2, bytes.end());
  if (work(memory, descriptors) > kMostWork) {
    ++counts().too_much;
    return;
  }
  Job jobs[2];
  for (Job& job : jobs) {
    machine.load(memory);
    job = machine.run(0, descriptors);
    count(job);
    require(job.status == DCN_OK || job.error_layer <= descriptors, "the layer is of the list");
  }
  require(jobs[0].status == jobs[1].status && jobs[0].error_code == jobs[1].error_code &&
              jobs[0].error_layer == jobs[1].error_layer && jobs[0].cycles == jobs[1].cycles,
          "a job ends the same way whatever ran before");
}

}  // namespace dcnsim::fuzz
