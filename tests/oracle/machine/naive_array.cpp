// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/naive_array.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "tests/oracle/machine/layer_steps.h"
#include "tests/oracle/machine/pe_mode.h"

namespace dcnsim::oracle {
namespace {

std::vector<int> sizes(int whole, int size) {
  std::vector<int> sizes;
  for (const Range& piece : cut({0, whole}, size)) sizes.push_back(piece.size());
  return sizes;
}

/// The reduction in pieces of at most `size` steps that lie within a kernel position.
std::vector<int> reduction_sizes(const ArrayTask& task, int size) {
  std::vector<int> pieces;
  for (const int position :
       sizes(task.reduction, task.position > 0 ? task.position : task.reduction)) {
    for (const int piece : sizes(position, size)) pieces.push_back(piece);
  }
  return pieces;
}

/// Brings packed codes from a buffer to the array's edge; a fetch ends with its cycle.
class Fetcher {
 public:
  explicit Fetcher(const BufferConfig& buffer)
      : bits_a_cycle_(Int{buffer.banks} * buffer.word_bits) {}

  void ask(int fetches, Int bits) {
    bits_.insert(bits_.end(), static_cast<std::size_t>(fetches), bits);
  }
  bool done() const { return bits_.empty(); }
  void cycle() {
    if (done()) return;
    bits_.front() -= bits_a_cycle_;
    if (bits_.front() <= 0) bits_.pop_front();
  }

 private:
  Int bits_a_cycle_;
  std::deque<Int> bits_;  ///< of each fetch to come
};

/// Registers that delay `lines` neighbours by 0, 1, 2 ... cycles, each loaded once.
Int skew_registers(Int lines) {
  Int count = 0;
  for (Int line = 0; line < lines; ++line) count += line;
  return count;
}

/// A row tile of a block: PEs of `rows.size()` rows, each with so many steps of the reduction, in
/// `columns` columns.
struct Pass {
  std::vector<int> rows;
  int columns = 0;
  bool first_of_block = false, first_of_sum = false, last_of_sum = false;

  int reduction() const {
    int sum = 0;
    for (const int row : rows) sum += row;
    return sum;
  }
};

std::vector<Pass> passes_of(const AcceleratorConfig& machine, const ArrayTask& task, int group) {
  std::vector<Pass> passes;
  for (int of_groups = 0; of_groups < task.groups; ++of_groups) {
    for (const int columns : sizes(task.channels, machine.array.columns)) {
      bool first = true;
      for (const int reduction : reduction_sizes(task, machine.array.rows * group)) {
        passes.push_back({sizes(reduction, group), columns, first, first && task.first_chunk});
        first = false;
      }
      passes.back().last_of_sum = task.last_chunk;
    }
  }
  return passes;
}

void read_biases(const AcceleratorConfig& machine, int channels, Tally& tally) {
  const Int bits = machine.accumulator.bits > 32 ? 64 : 32;
  tally.weight_buffer.reads += pieces(channels * bits, machine.weight_buffer.word_bits);
}

void read_parameters(const AcceleratorConfig& machine, const ArrayTask& task, int channels,
                     Tally& tally) {
  tally.weight_buffer.reads +=
      pieces(Int{channels} * task.parameter_bits, machine.weight_buffer.word_bits);
}

/// Whether operands of several kernel positions have to be brought together.
bool has_feeder(const ArrayConfig& array) {
  if (array.reduction != Reduction::kWindow) return false;
  if (array.dataflow == Dataflow::kWeightStationary && array.rows > 1) return true;
  switch (array.datapath) {
    case DatapathFamily::kBitParallel:
      return false;
    case DatapathFamily::kActivationSerial:
    case DatapathFamily::kFullySerial:
      return array.lanes > 1;
    case DatapathFamily::kComposable:
      return true;
  }
  return false;
}

/// One set of products of a row of a PE column: `products` of them side by side.
void multiply(const PeMode& mode, int products, Tally& tally) {
  tally.macs += products;
  tally.pe_cycles += mode.passes;
  tally.activation_loads += mode.activation_fetches;
}

class WeightStationary {
 public:
  WeightStationary(const AcceleratorConfig& machine, const ArrayTask& task, Tally& tally)
      : machine_(machine),
        task_(task),
        tally_(tally),
        mode_(pe_mode(machine.array, task.weight_bits, task.activation_bits)),
        passes_(passes_of(machine, task, mode_.group)),
        weights_(machine.weight_buffer),
        activations_(machine.input_buffer) {}

  ArrayTime run() {
    const bool exposed = machine_.array.weight_load == WeightLoad::kExposed;
    load_weights(0);
    Int cycle = 0, array_free = 0, first_start = 0, last_start = 0, waits_for_weights = 0;
    std::size_t pass = 0, loaded = 1;
    int pixel = 0;
    while (pass < passes_.size()) {
      // Without shadow registers the array has to be done first.
      if (loaded == pass && cycle >= array_free) load_weights(loaded++);
      const bool weights_there = pixel > 0 || (loaded > pass && weights_.done());
      const bool could_start = cycle >= array_free && activations_.done();
      if (could_start && !weights_there && exposed && pass > 0) ++waits_for_weights;
      if (could_start && weights_there) {
        if (pass == 0 && pixel == 0) first_start = cycle;
        if (pixel == 0) begin_pass(pass);
        if (pixel == 0 && !exposed && loaded < passes_.size()) load_weights(loaded++);
        count_pixel(passes_[pass]);
        last_start = cycle;
        array_free = cycle + mode_.passes;
        if (++pixel == task_.pixels) {
          pixel = 0;
          ++pass;
        }
        if (pass < passes_.size()) {
          activations_.ask(mode_.activation_fetches,
                           Int{passes_[pass].reduction()} * mode_.activation_bits);
        }
      }
      weights_.cycle();
      activations_.cycle();
      ++cycle;
    }
    // Down the rows, along the columns, and into the accumulator buffer.
    const Int drain =
        (machine_.array.rows - 1) + (machine_.array.columns - 1) + 1 + mode_.registers;
    return {last_start + mode_.passes + drain, first_start + waits_for_weights + drain,
            static_cast<Int>(passes_.size())};
  }

 private:
  /// Row by row, into the shadow registers or, exposed, those of the PEs.
  void load_weights(std::size_t number) {
    const Pass& pass = passes_[number];
    for (const int row : pass.rows) {
      const Int code_bits = Int{row} * task_.weight_bits;
      weights_.ask(1, pass.columns * code_bits);
      // All of them, or those that the PE's own registers have no room for.
      const bool hidden = machine_.array.weight_load == WeightLoad::kHidden;
      const Int own_bits = hidden ? 0 : std::min<Int>(code_bits, mode_.weight_register_bits);
      tally_.shadow_bits += pass.columns * (code_bits - own_bits);
      tally_.edge_weight_bits += (pass.columns + skew_registers(pass.columns)) * code_bits;
      tally_.weight_loads += Int{pass.columns} * mode_.weight_fetches;
    }
    tally_.weight_buffer.reads += pieces(Int{pass.reduction()} * pass.columns * task_.weight_bits,
                                         machine_.weight_buffer.word_bits);
    if (pass.first_of_sum) read_biases(machine_, pass.columns, tally_);
    if (pass.last_of_sum) read_parameters(machine_, task_, pass.columns, tally_);
  }

  /// Takes the weights over, which frees the shadow registers for those of the next pass.
  void begin_pass(std::size_t number) {
    const Pass& pass = passes_[number];
    for (int fetch = 0; fetch < mode_.activation_fetches; ++fetch) {
      tally_.input_buffer.reads +=
          pieces(Int{task_.pixels} * pass.reduction() * mode_.activation_bits,
                 machine_.input_buffer.word_bits);
    }
  }

  void count_pixel(const Pass& pass) {
    for (int fetch = 0; fetch < mode_.activation_fetches; ++fetch) {
      tally_.edge_activation_bits += Int{pass.reduction()} * mode_.activation_bits;
      if (has_feeder(machine_.array)) {
        tally_.feeder_bits += Int{pass.reduction()} * mode_.activation_bits;
      }
      tally_.edge_activation_bits +=
          skew_registers(static_cast<Int>(pass.rows.size())) * mode_.activation_register_bits;
    }
    for (int column = 0; column < pass.columns; ++column) {
      for (const int products : pass.rows) multiply(mode_, products, tally_);
      ++tally_.accumulator_buffer.writes;
      if (!pass.first_of_sum) ++tally_.accumulator_buffer.reads;
    }
  }

  const AcceleratorConfig& machine_;
  const ArrayTask& task_;
  Tally& tally_;
  const PeMode mode_;
  const std::vector<Pass> passes_;
  Fetcher weights_, activations_;
};

/// One step of a block: `group` steps of the reduction of rows x columns outputs.
struct BlockStep {
  int rows = 0, columns = 0, group = 0;
  bool last = false;  ///< completes the block's sums
};

class OutputStationary {
 public:
  OutputStationary(const AcceleratorConfig& machine, const ArrayTask& task, Tally& tally)
      : machine_(machine),
        task_(task),
        tally_(tally),
        mode_(pe_mode(machine.array, task.weight_bits, task.activation_bits)),
        weights_(machine.weight_buffer),
        activations_(machine.input_buffer) {}

  ArrayTime run() {
    list_steps();
    const Int R = machine_.array.rows, C = machine_.array.columns;
    Int cycle = 0, array_free = 0, shadow_free = 0, last_start = 0;
    for (std::size_t i = 0; i < steps_.size();) {
      const BlockStep& step = steps_[i];
      const bool room = !step.last || cycle >= shadow_free;
      if (weights_.done() && activations_.done() && cycle >= array_free && room) {
        last_start = cycle;
        array_free = cycle + mode_.passes;
        // A block's sums leave row by row; until then there is no place for the next block's.
        if (step.last) shadow_free = cycle + R;
        ++i;
        if (i < steps_.size()) ask(steps_[i]);
      }
      weights_.cycle();
      activations_.cycle();
      ++cycle;
    }
    const Int skew = (R - 1) + (C - 1) + mode_.registers;
    const Int shift = leave() ? R : 0;
    return {last_start + mode_.passes + skew + shift, skew + shift, blocks_};
  }

 private:
  bool leave() const { return task_.last_chunk || !task_.sums_stay; }

  void ask(const BlockStep& step) {
    activations_.ask(mode_.activation_fetches, Int{step.group} * step.rows * mode_.activation_bits);
    weights_.ask(mode_.weight_fetches, Int{step.group} * step.columns * mode_.weight_bits);
  }

  void list_steps() {
    for (int group = 0; group < task_.groups; ++group) list_steps_of_group();
  }

  void list_steps_of_group() {
    for (const int columns : sizes(task_.channels, machine_.array.columns)) {
      if (task_.first_chunk) read_biases(machine_, columns, tally_);
      if (task_.last_chunk) read_parameters(machine_, task_, columns, tally_);
      for (const int rows : sizes(task_.pixels, machine_.array.rows)) {
        for (const int group : reduction_sizes(task_, mode_.group)) {
          steps_.push_back({rows, columns, group});
          count_step(steps_.back());
        }
        steps_.back().last = true;
        ++blocks_;
        count_block(rows, columns);
      }
    }
  }

  void count_step(const BlockStep& step) {
    for (int fetch = 0; fetch < mode_.activation_fetches; ++fetch) {
      tally_.edge_activation_bits += Int{step.group} * step.rows * mode_.activation_bits;
      if (has_feeder(machine_.array)) {
        for (int row = 0; row < step.rows; ++row) {
          tally_.feeder_bits += Int{step.group} * mode_.activation_bits;
        }
      }
      tally_.edge_activation_bits += skew_registers(step.rows) * mode_.activation_register_bits;
    }
    for (int fetch = 0; fetch < mode_.weight_fetches; ++fetch) {
      tally_.edge_weight_bits += Int{step.group} * step.columns * mode_.weight_bits;
      tally_.edge_weight_bits += skew_registers(step.columns) * mode_.weight_register_bits;
    }
    for (int pe = 0; pe < step.rows * step.columns; ++pe) {
      multiply(mode_, step.group, tally_);
      tally_.weight_loads += mode_.weight_fetches;
    }
  }

  void count_block(int rows, int columns) {
    for (int fetch = 0; fetch < mode_.activation_fetches; ++fetch) {
      tally_.input_buffer.reads += pieces(Int{task_.reduction} * rows * mode_.activation_bits,
                                          machine_.input_buffer.word_bits);
    }
    for (int fetch = 0; fetch < mode_.weight_fetches; ++fetch) {
      tally_.weight_buffer.reads += pieces(Int{task_.reduction} * columns * mode_.weight_bits,
                                           machine_.weight_buffer.word_bits);
    }
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) count_sum(row);
    }
  }

  /// Where the sum of a PE in `row` comes from and goes to.
  void count_sum(int row) {
    if (!task_.sums_stay) {
      if (!task_.first_chunk) ++tally_.accumulator_buffer.reads;
      if (!task_.last_chunk) ++tally_.accumulator_buffer.writes;
    }
    if (!leave()) return;
    for (int at = row; at < machine_.array.rows; ++at) {
      tally_.shadow_bits += machine_.accumulator.bits;
    }
  }

  const AcceleratorConfig& machine_;
  const ArrayTask& task_;
  Tally& tally_;
  const PeMode mode_;
  std::vector<BlockStep> steps_;
  Int blocks_ = 0;
  Fetcher weights_, activations_;
};

}  // namespace

ArrayTime run_array(const AcceleratorConfig& machine, const ArrayTask& task, Tally& tally) {
  if (task.last_chunk) tally.requantized += Int{task.pixels} * task.channels * task.groups;
  switch (machine.array.dataflow) {
    case Dataflow::kWeightStationary:
      return WeightStationary(machine, task, tally).run();
    case Dataflow::kOutputStationary:
      return OutputStationary(machine, task, tally).run();
  }
  return {};
}

}  // namespace dcnsim::oracle
