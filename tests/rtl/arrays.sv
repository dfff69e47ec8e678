// SPDX-License-Identifier: Apache-2.0
// Arrays of one datapath family in several shapes and both dataflows; one at a time is clocked. What
// each was built with is read from its ports, so that the tests cannot disagree with it.
module arrays #(
    parameter int FAMILY = 0
) (
    input logic [3:0] dut,  // shape * 2 + (output-stationary)
    output logic [7:0] rows, columns, native_weight_bits, native_activation_bits, lanes, bits_per_cycle,
`include "work.svh"
);
  localparam int SHAPES = 5;
  // Digits of a byte each: rows, columns, weight bits, activation bits, lanes, bits a cycle.
  function automatic int shape(input int index, input int field);
    logic [47:0] fields;
    case (index)
      0: fields = 48'h04_04_08_08_04_01;
      1: fields = 48'h05_02_04_06_02_02;
      2: fields = 48'h02_05_10_10_03_04;
      3: fields = 48'h01_06_08_08_10_01;
      default: fields = 48'h03_01_05_03_01_02;
    endcase
    shape = int'(fields[8*(5-field)+:8]);
    if (FAMILY == 3 && field >= 2) shape = 8;  // composable units come in one width
  endfunction
  assign rows = 8'(shape(int'(dut) / 2, 0));
  assign columns = 8'(shape(int'(dut) / 2, 1));
  assign native_weight_bits = 8'(shape(int'(dut) / 2, 2));
  assign native_activation_bits = 8'(shape(int'(dut) / 2, 3));
  assign lanes = 8'(shape(int'(dut) / 2, 4));
  assign bits_per_cycle = 8'(shape(int'(dut) / 2, 5));

  logic [2*SHAPES-1:0] weight_nexts, activation_nexts, occupieds, dones;
  logic [31:0] sums[0:2*SHAPES-1];
  assign weight_next = weight_nexts[dut];
  assign activation_next = activation_nexts[dut];
  assign occupied = occupieds[dut];
  assign done = dones[dut];
  assign sum = sums[dut];
  genvar s;
  generate
    for (s = 0; s < SHAPES; s++) begin : built
      weight_stationary #(
          .FAMILY(FAMILY), .R(shape(s, 0)), .C(shape(s, 1)), .W(shape(s, 2)), .A(shape(s, 3)),
          .LANES(shape(s, 4)), .BITS(shape(s, 5))) ws (
          .clk(clk && dut == 2 * s), .weight_next(weight_nexts[2*s]),
          .activation_next(activation_nexts[2*s]), .occupied(occupieds[2*s]), .done(dones[2*s]),
          .sum(sums[2*s]), .*);
      output_stationary #(
          .FAMILY(FAMILY), .R(shape(s, 0)), .C(shape(s, 1)), .W(shape(s, 2)), .A(shape(s, 3)),
          .LANES(shape(s, 4)), .BITS(shape(s, 5))) os (
          .clk(clk && dut == 2 * s + 1), .weight_next(weight_nexts[2*s+1]),
          .activation_next(activation_nexts[2*s+1]), .occupied(occupieds[2*s+1]),
          .done(dones[2*s+1]), .sum(sums[2*s+1]), .*);
    end
  endgenerate
endmodule
