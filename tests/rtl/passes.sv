// SPDX-License-Identifier: Apache-2.0
// Steps an array through the passes of each step it takes: which digits, which fetch of each operand.
module passes import token_pkg::*; #(
    parameter int FAMILY = 0
) (
    input logic clk, reset,
    input logic take,
    input token_t step,  // sum_first, sum_last, work_last, block, pixel, bank of the step taken
    input logic [4:0] weight_digits, activation_digits,
    output logic free,   // at the end of this cycle
    output token_t token,
    output logic [8:0] weight_select, activation_select
);
  // Fully serial: weight digits change fastest. Serial families take the most significant first.
  localparam bit WEIGHTS_INSIDE = FAMILY == 2;
  localparam bit WEIGHTS_DESCEND = FAMILY == 2;
  localparam bit ACTIVATIONS_DESCEND = FAMILY == 1 || FAMILY == 2;

  logic running;
  token_t current;
  logic [4:0] inner, outer, inner_count, outer_count, w, a;
  logic [8:0] pass;
  assign inner_count = WEIGHTS_INSIDE ? weight_digits : activation_digits;
  assign outer_count = WEIGHTS_INSIDE ? activation_digits : weight_digits;
  assign w = WEIGHTS_INSIDE ? inner : outer;
  assign a = WEIGHTS_INSIDE ? outer : inner;
  assign free = !running || token.last;
  assign weight_select = FAMILY == 1 ? 9'(outer) : pass;
  assign activation_select = FAMILY == 2 ? 9'(outer) : pass;

  always_comb begin
    token = current;
    token.valid = running;
    token.first = pass == 0;
    token.last = running && inner + 1 == inner_count && outer + 1 == outer_count;
    token.weight_digit = 4'(WEIGHTS_DESCEND ? weight_digits - 1 - w : w);
    token.activation_digit = 4'(ACTIVATIONS_DESCEND ? activation_digits - 1 - a : a);
    token.weight_top = 5'(token.weight_digit) + 1 == weight_digits;
    token.activation_top = 5'(token.activation_digit) + 1 == activation_digits;
  end

  always_ff @(posedge clk) begin
    if (reset) running <= 0;
    else if (take) begin
      running <= 1;
      current <= step;
      inner <= 0;
      outer <= 0;
      pass <= 0;
    end else if (token.last) begin
      running <= 0;
    end else begin
      pass <= pass + 1;
      inner <= inner + 1 == inner_count ? 0 : inner + 1;
      outer <= inner + 1 == inner_count ? outer + 1 : outer;
    end
  end
endmodule
