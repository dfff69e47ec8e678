// SPDX-License-Identifier: Apache-2.0
// Products of codes of 1 to 16 bits (tools/measure/rtl/product.v, those that are priced) with the
// requantizer behind them, and two lanes that read a table of codes of 1 to 16 bits.
module vector_units (
  input clk, input [15:0] a, input [15:0] b, input [15:0] za, input [15:0] zb, input sa, input sb,
  input [31:0] m, input [5:0] sh, input [15:0] z, output [16*16-1:0] y,
  input write, input [7:0] at, input [15:0] d, input [7:0] x, input [7:0] x2, input [7:0] mask,
  input [7:0] sign, output [16*16-1:0] found, output [16*16-1:0] found2);
  genvar i;
  generate for (i = 0; i < 16; i = i + 1) begin : built
    localparam N = i + 1, MUL = 8 + i * 11 % 25, OUT = 2 + i * 7 % 15, MODE = i % 5;
    wire [2*N+1:0] p;
    wire [OUT-1:0] of_product;
    product #(.N(N)) pair (
      .clk(clk), .a(a[N-1:0]), .b(b[N-1:0]), .za(za[N-1:0]), .zb(zb[N-1:0]), .sa(sa), .sb(sb),
      .y(p));
    requant_mul #(.ACC(2*N + 2), .MUL(MUL), .OUT(OUT), .MODE(MODE)) behind (
      .clk(clk), .x(p), .m(m[MUL-1:0]), .sh(sh), .z(z[OUT-1:0]), .y(of_product));
    assign y[16*i +: 16] = {{(16-OUT){of_product[OUT-1]}}, of_product};
    wire [256*N-1:0] codes;
    wire [N-1:0] one, other;
    table_store #(.OUT(N)) store (.clk(clk), .write(write), .at(at), .d(d[N-1:0]), .q(codes));
    lookup #(.OUT(N)) lane (
      .clk(clk), .x(x), .mask(mask), .sign(sign), .codes(codes), .y(one));
    lookup #(.OUT(N)) lane2 (
      .clk(clk), .x(x2), .mask(mask), .sign(sign), .codes(codes), .y(other));
    assign found[16*i +: 16] = 16'(one);
    assign found2[16*i +: 16] = 16'(other);
  end endgenerate
endmodule
