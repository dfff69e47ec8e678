// SPDX-License-Identifier: Apache-2.0
// A multiplier of native width; wider operands come as digits whose products are shifted into place.
module bit_parallel import token_pkg::*; #(
    parameter int W = 8, parameter int A = 8
) (
    input logic clk,
    input token_t token_in,
    input logic signed [W:0] weight,
    input logic signed [A:0] activation,
    output token_t token_out,
    output logic signed [47:0] value  // the step's sum in its last pass
);
  logic signed [W+A+1:0] product;
  logic signed [47:0] part;
  assign product = weight * activation;
  assign value = (token_in.first ? 48'sd0 : part) +
      (48'(product) <<< (32'(token_in.weight_digit) * W + 32'(token_in.activation_digit) * A));
  assign token_out = token_in;
  always_ff @(posedge clk) if (token_in.valid) part <= value;
endmodule
