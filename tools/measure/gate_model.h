// SPDX-License-Identifier: Apache-2.0
// A mapped netlist with its delays and energies, as gatesim.cpp simulates it.
//
// The model is text that gate_model.py writes, energies in fJ, delays in ps, nets 0 and 1 constant:
//   NETS GATES FLIP_FLOPS GROUPS
//   each net:        ENERGY GROUP
//   each gate:       GROUP INPUTS OUTPUTS NET...
//     each output:   NET TABLE(hex, bit = input state)
//       each input, falling then rising output:  DELAY COUNT ENERGY...   (COUNT: 0, 1 or states)
//     each input, falling then rising:           COUNT ENERGY...
//   each flip-flop:  GROUP DATA_NET DATA_INVERTED OUTPUTS
//     each output:   NET INVERTED, falling then rising: DELAY ENERGY
//     rising clock edge by 2 * next + state: 4 ENERGIES, then falling edge: 4 ENERGIES
//     data pin falling, rising while the clock is low; then while it is high: 4 ENERGIES
//   inputs:          COUNT NET...
//   outputs:         COUNT NET...
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace dcnsim {

using Edges = std::array<std::vector<float>, 2>;  ///< energies by state; [1]: rising

struct Gate {
  struct Output {
    int net = 0;
    std::uint64_t table = 0;
    std::vector<std::array<float, 2>> delay;  ///< by input
    std::vector<Edges> energy;                ///< by input
  };
  int group = 0;
  std::vector<int> inputs;
  std::vector<Output> outputs;
  std::vector<Edges> hidden;  ///< by input
};

struct FlipFlop {
  struct Output {
    int net = 0;
    int inverted = 0;
    std::array<float, 2> delay{}, energy{};
  };
  int group = 0;
  int data = 0, data_inverted = 0;
  std::vector<Output> outputs;
  std::array<float, 4> clock_rise{}, clock_fall{};    ///< by 2 * next + state
  std::array<std::array<float, 2>, 2> data_energy{};  ///< by clock and edge
  int state = 0, next = 0;
};

struct Sink {
  int gate, input;
};

struct Net {
  float energy = 0;
  int group = 0;
  std::vector<Sink> gates;
  std::vector<int> flip_flops;
  int value = 0;
  int pending = -1;  ///< value to come; -1: none
  std::uint32_t event = 0;
};

struct Model {
  std::vector<Net> nets;
  std::vector<Gate> gates;
  std::vector<FlipFlop> flip_flops;
  int groups = 0;
  std::vector<int> inputs, outputs;
};

/// Throws std::runtime_error if the file ends too early or a gate is too wide.
Model read_model(const std::string& path);

}  // namespace dcnsim
