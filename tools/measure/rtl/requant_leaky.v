// SPDX-License-Identifier: Apache-2.0
// requant_mul with a second multiplier and shift, of negative sums: the slope of a LeakyReLU is in it.
module requant_leaky #(parameter ACC = 32, parameter MUL = 31, parameter OUT = 8, parameter MODE = 0) (
  input clk, input [ACC-1:0] x, input [MUL-1:0] m, input [5:0] sh, input [MUL-1:0] m2,
  input [5:0] sh2, input [OUT-1:0] z, output [OUT-1:0] y);
  wire below = x[ACC-1];
  requant_mul #(.ACC(ACC), .MUL(MUL), .OUT(OUT), .MODE(MODE)) u_requant (
    .clk(clk), .x(x), .m(below ? m2 : m), .sh(below ? sh2 : sh), .z(z), .y(y));
endmodule
