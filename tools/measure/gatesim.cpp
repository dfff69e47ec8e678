// SPDX-License-Identifier: Apache-2.0
// Event-driven gate-level simulator that adds up switching energy:
//   gatesim MODEL STIMULUS OUTPUTS WARM_UP_CYCLES PERIOD_PS
// Delays are inertial, one for each edge of each arc: a pulse shorter than the delay disappears,
// others (glitches) count. A transition of a net costs C V^2 / 2 and the internal energy of the arc
// that caused it; one that arrives at an input pin costs that pin's hidden energy; every clock edge
// costs every flip-flop its clock pin. STIMULUS and OUTPUTS hold one byte (0 or 1) for each input
// or output, cycle after cycle. Prints "TOTAL STANDARD_ERROR TOGGLES NEEDED_TOGGLES" per cycle,
// then the energy of each group.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tools/measure/gate_model.h"

namespace dcnsim {
namespace {

constexpr std::size_t kBatches = 20;

struct Event {
  double time;
  std::uint32_t number;
  int net;
  int gate, output, input;  ///< what caused it; gate -1: a flip-flop or an input of the unit
  bool operator<(const Event& b) const {
    return time != b.time ? time > b.time : number > b.number;
  }
};

class Simulator {
 public:
  Simulator(Model model, double period_ps)
      : m_(std::move(model)),
        period_ps_(period_ps),
        group_fj_(static_cast<std::size_t>(m_.groups), 0.0) {
    settle();
  }

  void cycle(const std::vector<std::uint8_t>& inputs, bool measured) {
    measured_ = measured;
    cycle_fj_ = 0;
    std::vector<int> before;
    for (const Net& net : m_.nets) before.push_back(net.value);
    rising_edge();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (net(m_.inputs[i]).value != inputs[i]) schedule(0, m_.inputs[i], inputs[i], {-1, 0, 0});
    }
    clock_ = 1;
    run_until(period_ps_ / 2);
    clock_ = 0;
    falling_edge();
    run_until(HUGE_VAL);
    if (!measured) return;
    for (std::size_t n = 0; n < m_.nets.size(); ++n)
      needed_toggles_ += m_.nets[n].value != before[n];
    cycles_fj_.push_back(cycle_fj_);
  }

  std::vector<std::uint8_t> outputs() const {
    std::vector<std::uint8_t> values;
    for (const int n : m_.outputs) {
      values.push_back(static_cast<std::uint8_t>(m_.nets[static_cast<std::size_t>(n)].value));
    }
    return values;
  }

  void print() const {
    const double cycles = static_cast<double>(cycles_fj_.size());
    double mean = 0;
    for (const double fj : cycles_fj_) mean += fj / cycles;
    std::printf("%.9g %.9g %.9g %.9g\n", mean, standard_error(mean), toggles_ / cycles,
                needed_toggles_ / cycles);
    for (const double fj : group_fj_) std::printf("%.9g\n", fj / cycles);
  }

 private:
  struct Cause {
    int gate, output, input;
  };

  Net& net(int n) { return m_.nets[static_cast<std::size_t>(n)]; }

  std::size_t state(const Gate& gate) {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < gate.inputs.size(); ++i) {
      bits |= static_cast<std::size_t>(net(gate.inputs[i]).value) << i;
    }
    return bits;
  }
  static int output_value(const Gate::Output& output, std::size_t state) {
    return static_cast<int>(output.table >> state & 1);
  }
  int data_of(const FlipFlop& f) { return net(f.data).value ^ f.data_inverted; }

  void settle() {
    net(1).value = 1;
    for (const FlipFlop& f : m_.flip_flops) {
      for (const FlipFlop::Output& output : f.outputs) {
        if (output.net >= 0) net(output.net).value = output.inverted;
      }
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const Gate& gate : m_.gates) {
        for (const Gate::Output& output : gate.outputs) {
          if (output.net < 0) continue;
          const int value = output_value(output, state(gate));
          changed = changed || value != net(output.net).value;
          net(output.net).value = value;
        }
      }
    }
  }

  void charge(int group, float fj) {
    if (!measured_) return;
    group_fj_[static_cast<std::size_t>(group)] += fj;
    cycle_fj_ += fj;
  }

  void schedule(double time, int n, int value, const Cause& cause) {
    net(n).pending = value;
    net(n).event = ++events_;
    queue_.push({time, events_, n, cause.gate, cause.output, cause.input});
  }

  void rising_edge() {
    for (FlipFlop& f : m_.flip_flops) f.next = data_of(f);
    for (FlipFlop& f : m_.flip_flops) {
      charge(f.group, f.clock_rise[static_cast<std::size_t>(2 * f.next + f.state)]);
      if (f.next == f.state) continue;
      f.state = f.next;
      for (const FlipFlop::Output& output : f.outputs) {
        const int value = f.state ^ output.inverted;
        const auto edge = static_cast<std::size_t>(value);
        charge(f.group, output.energy[edge]);
        if (output.net >= 0) schedule(output.delay[edge], output.net, value, {-1, 0, 0});
      }
    }
  }

  void falling_edge() {
    for (const FlipFlop& f : m_.flip_flops) {
      charge(f.group, f.clock_fall[static_cast<std::size_t>(2 * data_of(f) + f.state)]);
    }
  }

  void run_until(double limit_ps) {
    while (!queue_.empty() && queue_.top().time < limit_ps) {
      const Event event = queue_.top();
      queue_.pop();
      Net& changed = net(event.net);
      if (changed.pending < 0 || changed.event != event.number) continue;
      const int value = changed.pending;
      changed.pending = -1;
      if (changed.value == value) continue;
      if (event.gate >= 0) {
        const Gate& gate = m_.gates[static_cast<std::size_t>(event.gate)];
        const Gate::Output& output = gate.outputs[static_cast<std::size_t>(event.output)];
        charge(gate.group, output.energy[static_cast<std::size_t>(event.input)]
                                        [static_cast<std::size_t>(value)][state(gate)]);
      }
      change(event.time, event.net, value);
    }
  }

  void change(double time, int n, int value) {
    const auto edge = static_cast<std::size_t>(value);
    Net& changed = net(n);
    changed.value = value;
    charge(changed.group, changed.energy);
    if (measured_) ++toggles_;
    for (const int f : changed.flip_flops) {
      const FlipFlop& sink = m_.flip_flops[static_cast<std::size_t>(f)];
      charge(sink.group, sink.data_energy[static_cast<std::size_t>(clock_)][edge]);
    }
    for (const Sink& sink : changed.gates) {
      const Gate& gate = m_.gates[static_cast<std::size_t>(sink.gate)];
      const auto input = static_cast<std::size_t>(sink.input);
      const std::size_t now = state(gate);
      charge(gate.group, gate.hidden[input][edge][now]);
      for (std::size_t o = 0; o < gate.outputs.size(); ++o) {
        const Gate::Output& output = gate.outputs[o];
        if (output.net < 0) continue;
        const int next = output_value(output, now);
        Net& driven = net(output.net);
        if (driven.pending >= 0) {
          if (driven.pending != next) driven.pending = -1;  // a pulse shorter than the delay
        } else if (driven.value != next) {
          schedule(time + output.delay[input][static_cast<std::size_t>(next)], output.net, next,
                   {sink.gate, static_cast<int>(o), sink.input});
        }
      }
    }
  }

  /// Of the mean, from the means of batches: neighbouring cycles are not independent.
  double standard_error(double mean) const {
    const std::size_t size = cycles_fj_.size() / kBatches;
    if (size == 0) return 0;
    double variance = 0;
    for (std::size_t batch = 0; batch < kBatches; ++batch) {
      double sum = 0;
      for (std::size_t i = 0; i < size; ++i) sum += cycles_fj_[batch * size + i];
      const double distance = sum / static_cast<double>(size) - mean;
      variance += distance * distance;
    }
    return std::sqrt(variance / (kBatches - 1) / kBatches);
  }

  Model m_;
  double period_ps_;
  std::priority_queue<Event> queue_;
  std::uint32_t events_ = 0;
  int clock_ = 1;
  bool measured_ = false;
  double cycle_fj_ = 0, toggles_ = 0, needed_toggles_ = 0;
  std::vector<double> group_fj_, cycles_fj_;
};

void run(char** arguments) {
  Model model = read_model(arguments[1]);
  std::vector<std::uint8_t> inputs(model.inputs.size());
  Simulator simulator(std::move(model), std::stod(arguments[5]));
  const int warm_up = std::stoi(arguments[4]);
  std::ifstream stimulus(arguments[2], std::ios::binary);
  std::ofstream outputs(arguments[3], std::ios::binary);
  int cycle = 0;
  for (; stimulus.read(reinterpret_cast<char*>(inputs.data()),
                       static_cast<std::streamsize>(inputs.size()));
       ++cycle) {
    simulator.cycle(inputs, cycle >= warm_up);
    const std::vector<std::uint8_t> values = simulator.outputs();
    outputs.write(reinterpret_cast<const char*>(values.data()),
                  static_cast<std::streamsize>(values.size()));
  }
  if (cycle <= warm_up) throw std::runtime_error("no cycle left after warming up");
  if (!outputs.flush()) throw std::runtime_error("the outputs cannot be written");
  simulator.print();
}

}  // namespace
}  // namespace dcnsim

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("usage: gatesim MODEL STIMULUS OUTPUTS WARM_UP_CYCLES PERIOD_PS\n", stderr);
    return 2;
  }
  try {
    dcnsim::run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
