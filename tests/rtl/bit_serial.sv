// SPDX-License-Identifier: Apache-2.0
// Lanes that take activations a few bits a cycle, most significant first.

// Parallel weights, gated, added up by a tree and shifted in; then the next digit of wide weights.
module activation_serial import token_pkg::*; #(
    parameter int W = 8, parameter int BITS = 1, parameter int LANES = 4
) (
    input logic clk,
    input token_t token_in,
    input logic [LANES*(W+1)-1:0] weights,
    input logic [LANES*(BITS+1)-1:0] activations,
    output token_t token_out,
    output logic signed [47:0] value
);
  logic signed [47:0] tree, shift, shift_next, part;
  always_comb begin
    tree = 0;
    for (int i = 0; i < LANES; i++) begin
      tree = tree + 48'($signed(weights[i*(W+1)+:W+1])) * 48'($signed(activations[i*(BITS+1)+:BITS+1]));
    end
  end
  assign shift_next = (token_in.activation_top ? 48'sd0 : shift <<< BITS) + tree;
  assign value = (token_in.weight_digit == 0 ? 48'sd0 : part) +
      (shift_next <<< (32'(token_in.weight_digit) * W));
  assign token_out = token_in;
  always_ff @(posedge clk) begin
    if (token_in.valid) shift <= shift_next;
    if (token_in.valid && token_in.activation_digit == 0) part <= value;
  end
endmodule

// One weight bit a cycle as well: a population count and two shift registers, weight bits inside.
module fully_serial import token_pkg::*; #(
    parameter int BITS = 1, parameter int LANES = 4
) (
    input logic clk,
    input token_t token_in,
    input logic [LANES*2-1:0] weights,
    input logic [LANES*(BITS+1)-1:0] activations,
    output token_t token_out,
    output logic signed [47:0] value
);
  logic signed [47:0] count, inner, inner_next, outer;
  always_comb begin
    count = 0;
    for (int i = 0; i < LANES; i++) begin
      if (weights[i*2]) count = count + 48'($signed(activations[i*(BITS+1)+:BITS+1]));
    end
    // The sign bit of two's complement weighs negatively; its lanes carry it in their second bit.
    for (int i = 0; i < LANES; i++) begin
      if (weights[i*2+1]) count = count - 2 * 48'($signed(activations[i*(BITS+1)+:BITS+1]));
    end
  end
  assign inner_next = (token_in.weight_top ? 48'sd0 : inner <<< 1) + count;
  assign value = (token_in.activation_top ? 48'sd0 : outer <<< BITS) + inner_next;
  assign token_out = token_in;
  always_ff @(posedge clk) begin
    if (token_in.valid) inner <= inner_next;
    if (token_in.valid && token_in.weight_digit == 0) outer <= value;
  end
endmodule
