// SPDX-License-Identifier: Apache-2.0
// Requantizer that multiplies and rounds twice, as TFLite does: 31 bits of the product are dropped half
// up, what is left of the shift half away from zero. Ports and stages are those of requant_mul.
module scale_twice_c #(parameter P = 63, parameter OUT = 8) (
  input signed [P-1:0] p, input [5:0] sh, input signed [OUT-1:0] z, output [OUT-1:0] y);
  localparam X = P > 64 ? P : 64;                         // all that sh can reach
  wire signed [X-1:0] whole = {{(X-P+1){p[P-1]}}, p[P-2:0]};
  wire [5:0] first = sh < 6'd31 ? sh : 6'd31, by = sh - first;
  wire [X:0] we = {whole, 1'b0};
  wire signed [X-1:0] dropped = whole >>> first;
  wire signed [X-1:0] x = dropped + $signed({{(X-1){1'b0}}, we[first]});
  wire signed [X-1:0] t = x >>> by;
  wire [X:0] xe = {x, 1'b0};
  wire guard = xe[by];                                    // bit shifted out last (0 when by == 0)
  wire [X-1:0] below = ~({X{1'b1}} << by) >> 1;           // mask of the bits under the guard bit
  wire inc = guard & (|(x & below) | ~x[X-1]);
  // What does not fit a bit more than the output leaves its range with any z.
  wire far = |(t[X-1:OUT] ^ {(X-OUT){t[X-1]}});
  wire signed [OUT:0] near = far ? {t[X-1], {OUT{~t[X-1]}}} : t[OUT:0];
  wire signed [OUT+1:0] v = {near[OUT], near} + {{2{z[OUT-1]}}, z} + {{(OUT+1){1'b0}}, inc};
  wire ovf = |(v[OUT+1:OUT-1] ^ {3{v[OUT+1]}});
  assign y = ovf ? {v[OUT+1], {(OUT-1){~v[OUT+1]}}} : v[OUT-1:0];
endmodule

module requant_twice #(parameter ACC = 32, parameter MUL = 31, parameter OUT = 8) (
  input clk, input [ACC-1:0] x, input [MUL-1:0] m, input [5:0] sh, input [OUT-1:0] z,
  output [OUT-1:0] y);
  localparam P = ACC + MUL;
  wire [ACC-1:0] xq; wire [MUL-1:0] mq; wire [OUT+5:0] c1, c2; wire [P-1:0] p, pq; wire [OUT-1:0] yd;
  dreg #(.N(ACC)) u_ireg (.clk(clk), .d(x), .q(xq));
  dreg #(.N(MUL)) u_jreg (.clk(clk), .d(m), .q(mq));
  dreg #(.N(OUT + 6)) u_creg (.clk(clk), .d({z, sh}), .q(c1));
  mul #(.W(ACC), .A(MUL), .ASIGNED(0)) u_mul (.w(xq), .a(mq), .p(p));
  dreg #(.N(P)) u_preg (.clk(clk), .d(p), .q(pq));
  dreg #(.N(OUT + 6)) u_kreg (.clk(clk), .d(c1), .q(c2));
  scale_twice_c #(.P(P), .OUT(OUT)) u_shadd (.p(pq), .sh(c2[5:0]), .z(c2[OUT+5:6]), .y(yd));
  dreg #(.N(OUT)) u_oreg (.clk(clk), .d(yd), .q(y));
endmodule
