// SPDX-License-Identifier: Apache-2.0
#include "tools/measure/gate_model.h"

#include <fstream>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kMostInputs = 6;

class Reader {
 public:
  explicit Reader(const std::string& path) : in_(path) {}

  Model read() {
    Model m;
    m.nets.resize(count());
    m.gates.resize(count());
    m.flip_flops.resize(count());
    m.groups = integer();
    for (Net& net : m.nets) {
      net.energy = real();
      net.group = integer();
    }
    for (Gate& gate : m.gates) gate = read_gate();
    for (FlipFlop& flip_flop : m.flip_flops) flip_flop = read_flip_flop();
    for (std::vector<int>* list : {&m.inputs, &m.outputs}) {
      list->resize(count());
      for (int& net : *list) net = integer();
    }
    connect(m);
    return m;
  }

 private:
  template <typename T>
  T next() {
    T value{};
    if (!(in_ >> value)) throw std::runtime_error("the model ends too early");
    return value;
  }
  int integer() { return next<int>(); }
  float real() { return next<float>(); }
  std::size_t count() { return next<std::size_t>(); }

  std::vector<float> energies(std::size_t states) {
    std::vector<float> all(states, 0.0f);
    const std::size_t given = count();
    if (given == 1) {
      all.assign(states, real());
    } else if (given != 0) {
      for (float& energy : all) energy = real();
    }
    return all;
  }

  Gate read_gate() {
    Gate gate;
    gate.group = integer();
    gate.inputs.resize(count());
    gate.outputs.resize(count());
    if (gate.inputs.size() > kMostInputs) throw std::runtime_error("a gate is too wide");
    const std::size_t states = std::size_t{1} << gate.inputs.size();
    for (int& net : gate.inputs) net = integer();
    for (Gate::Output& output : gate.outputs) {
      output.net = integer();
      output.table = std::stoull(next<std::string>(), nullptr, 16);
      output.delay.resize(gate.inputs.size());
      output.energy.resize(gate.inputs.size());
      for (std::size_t i = 0; i < gate.inputs.size(); ++i) {
        for (std::size_t rising = 0; rising < 2; ++rising) {
          output.delay[i][rising] = real();
          output.energy[i][rising] = energies(states);
        }
      }
    }
    gate.hidden.resize(gate.inputs.size());
    for (Edges& edges : gate.hidden) {
      for (std::vector<float>& edge : edges) edge = energies(states);
    }
    return gate;
  }

  FlipFlop read_flip_flop() {
    FlipFlop f;
    f.group = integer();
    f.data = integer();
    f.data_inverted = integer();
    f.outputs.resize(count());
    for (FlipFlop::Output& output : f.outputs) {
      output.net = integer();
      output.inverted = integer();
      for (std::size_t rising = 0; rising < 2; ++rising) {
        output.delay[rising] = real();
        output.energy[rising] = real();
      }
    }
    for (float& energy : f.clock_rise) energy = real();
    for (float& energy : f.clock_fall) energy = real();
    for (std::array<float, 2>& edges : f.data_energy) {
      for (float& energy : edges) energy = real();
    }
    return f;
  }

  static void connect(Model& m) {
    for (std::size_t g = 0; g < m.gates.size(); ++g) {
      for (std::size_t i = 0; i < m.gates[g].inputs.size(); ++i) {
        m.nets.at(static_cast<std::size_t>(m.gates[g].inputs[i]))
            .gates.push_back({static_cast<int>(g), static_cast<int>(i)});
      }
    }
    for (std::size_t f = 0; f < m.flip_flops.size(); ++f) {
      m.nets.at(static_cast<std::size_t>(m.flip_flops[f].data))
          .flip_flops.push_back(static_cast<int>(f));
    }
  }

  std::ifstream in_;
};

}  // namespace

Model read_model(const std::string& path) { return Reader(path).read(); }

}  // namespace dcnsim
