// SPDX-License-Identifier: Apache-2.0
// Requantizers that multiply (tools/measure/rtl/requant_mul.v, those that are priced): every width of
// the multiplier, with the rounding modes, accumulators of 24, 32 and 48 bits and outputs of 2 to 16
// bits in turn. Every second one has another multiplier and shift for negative sums. Behind them, with
// every fourth width, those that round twice.
module requantizers (
  input clk, input [47:0] x, input [31:0] m, input [5:0] sh, input [31:0] m2, input [5:0] sh2,
  input [15:0] z, output [16*32-1:0] y);
  genvar i;
  generate for (i = 0; i < 25; i = i + 1) begin : built
    localparam MUL = 8 + i, MODE = i % 5, OUT = 2 + i * 7 % 15;
    localparam ACC = i % 3 == 0 ? 24 : i % 3 == 1 ? 32 : 48;
    wire signed [OUT-1:0] out;
    if (i % 2 == 0) begin : plain
      requant_mul #(.ACC(ACC), .MUL(MUL), .OUT(OUT), .MODE(MODE)) unit (
        .clk(clk), .x(x[ACC-1:0]), .m(m[MUL-1:0]), .sh(sh), .z(z[OUT-1:0]), .y(out));
    end else begin : leaky
      requant_leaky #(.ACC(ACC), .MUL(MUL), .OUT(OUT), .MODE(MODE)) unit (
        .clk(clk), .x(x[ACC-1:0]), .m(m[MUL-1:0]), .sh(sh), .m2(m2[MUL-1:0]), .sh2(sh2),
        .z(z[OUT-1:0]), .y(out));
    end
    assign y[16*i +: 16] = 16'(out);
  end endgenerate
  generate for (i = 25; i < 32; i = i + 1) begin : twice
    localparam MUL = 8 + 4 * (i - 25), OUT = 2 + i * 7 % 15;
    localparam ACC = i % 3 == 0 ? 24 : i % 3 == 1 ? 32 : 48;
    wire signed [OUT-1:0] out;
    requant_twice #(.ACC(ACC), .MUL(MUL), .OUT(OUT)) unit (
      .clk(clk), .x(x[ACC-1:0]), .m(m[MUL-1:0]), .sh(sh), .z(z[OUT-1:0]), .y(out));
    assign y[16*i +: 16] = 16'(out);
  end endgenerate
endmodule
