// SPDX-License-Identifier: Apache-2.0
// The multiplying part of a PE of any family, without its operand and sum registers.
module multiplier import token_pkg::*; #(
    parameter int FAMILY = 0, parameter int W = 8, parameter int A = 8,
    parameter int LANES = 4, parameter int BITS = 1,
    parameter int WEIGHTS = 9, parameter int ACTIVATIONS = 9  // bits of all lanes
) (
    input logic clk,
    input logic [4:0] weight_bits, activation_bits,
    input token_t token_in,
    input logic [WEIGHTS-1:0] weights,
    input logic [ACTIVATIONS-1:0] activations,
    output token_t token_out,
    output logic signed [47:0] value
);
  generate
    if (FAMILY == 0) begin : f
      bit_parallel #(.W(W), .A(A)) u (.clk, .token_in, .weight(weights), .activation(activations), .token_out, .value);
    end else if (FAMILY == 1) begin : f
      activation_serial #(.W(W), .BITS(BITS), .LANES(LANES)) u (.clk, .token_in, .weights, .activations, .token_out, .value);
    end else if (FAMILY == 2) begin : f
      fully_serial #(.BITS(BITS), .LANES(LANES)) u (.clk, .token_in, .weights, .activations, .token_out, .value);
    end else begin : f
      composable u (.clk, .weight_bits, .activation_bits, .token_in, .weights, .activations, .token_out, .value);
    end
  endgenerate
endmodule
