// SPDX-License-Identifier: Apache-2.0
// Accelerators with bus, memory and host that run any number of jobs in one process, whatever lies
// in the memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "platform/driver/driver.h"

namespace dcnsim::fuzz {

/// How a job ended.
struct Job {
  DcnStatus status = DCN_RUNNING;
  std::uint32_t error_code = 0, error_layer = 0;
  std::uint64_t cycles = 0;  ///< DCN_OK
};

class Machine {
 public:
  /// A preset with 1 MiB of memory.
  explicit Machine(const std::string& preset);
  ~Machine();
  Machine(Machine&&) noexcept;

  const AcceleratorConfig& config() const { return config_; }
  const DramSpec& dram() const { return dram_; }

  /// These bytes from address 0 on, zeros behind them.
  void load(const std::vector<std::uint8_t>& bytes);
  void write(std::uint64_t address, const std::vector<std::uint8_t>& bytes);
  std::vector<std::uint8_t> read(std::uint64_t address, std::size_t count);

  /// Ends the program if the job is not over in bounded simulated time.
  Job run(std::uint64_t descriptor_address, std::uint32_t descriptor_count);

 private:
  struct System;

  AcceleratorConfig config_;
  DramSpec dram_;
  std::unique_ptr<System> system_;
};

/// One of each kind of datapath; elaborated together, once.
std::vector<Machine>& machines();

}  // namespace dcnsim::fuzz
