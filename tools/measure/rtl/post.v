// SPDX-License-Identifier: Apache-2.0
// Requantizer: out = saturate(round(acc >> sh)).  MODE 0: round half up; 1: round half to even.
module requant_c #(parameter ACC = 32, parameter OUT = 8, parameter MODE = 1) (
  input signed [ACC-1:0] x, input [4:0] sh, output [OUT-1:0] y);
  wire signed [ACC-1:0] t = x >>> sh;
  wire [ACC:0] xe = {x, 1'b0};
  wire guard = xe[sh];                                    // bit shifted out last (0 when sh == 0)
  wire [ACC-1:0] below = ~({ACC{1'b1}} << sh) >> 1;       // mask of the bits under the guard bit
  wire sticky = |(x & below);
  wire inc = MODE ? guard & (sticky | t[0]) : guard;
  wire signed [ACC:0] r = {t[ACC-1], t} + inc;
  wire ovf = |(r[ACC:OUT-1] ^ {(ACC-OUT+2){r[ACC]}});
  assign y = ovf ? {r[ACC], {(OUT-1){~r[ACC]}}} : r[OUT-1:0];
endmodule
// Fixed shift amount (per-layer power of two known at design time): rounding and saturation only.
module requant_fixed_c #(parameter ACC = 32, parameter OUT = 8, parameter SH = 8, parameter MODE = 1) (
  input signed [ACC-1:0] x, output [OUT-1:0] y);
  wire signed [ACC-1:0] t = x >>> SH;
  wire inc = MODE ? x[SH-1] & ((|x[SH-2:0]) | t[0]) : x[SH-1];
  wire signed [ACC:0] r = {t[ACC-1], t} + inc;
  wire ovf = |(r[ACC:OUT-1] ^ {(ACC-OUT+2){r[ACC]}});
  assign y = ovf ? {r[ACC], {(OUT-1){~r[ACC]}}} : r[OUT-1:0];
endmodule
module relu_c #(parameter N = 8) (input [N-1:0] x, output [N-1:0] y);
  assign y = x & {N{~x[N-1]}};
endmodule
module maxpool_c #(parameter N = 8) (input signed [N-1:0] a, input signed [N-1:0] b, output [N-1:0] y);
  assign y = (a > b) ? a : b;
endmodule
module add_c #(parameter N = 32) (input [N-1:0] a, input [N-1:0] b, output [N-1:0] y);
  assign y = a + b;
endmodule

// Registered wrappers: input registers, the block, output register.
module requant #(parameter ACC = 32, parameter OUT = 8, parameter MODE = 1) (
  input clk, input [ACC-1:0] x, input [4:0] sh, output [OUT-1:0] y);
  wire [ACC-1:0] xq; wire [4:0] sq; wire [OUT-1:0] yd;
  dreg #(.N(ACC)) u_ireg (.clk(clk), .d(x), .q(xq));
  dreg #(.N(5)) u_creg (.clk(clk), .d(sh), .q(sq));
  requant_c #(.ACC(ACC), .OUT(OUT), .MODE(MODE)) u_mul (.x(xq), .sh(sq), .y(yd));
  dreg #(.N(OUT)) u_oreg (.clk(clk), .d(yd), .q(y));
endmodule
module requant_fixed #(parameter ACC = 32, parameter OUT = 8, parameter SH = 8, parameter MODE = 1) (
  input clk, input [ACC-1:0] x, output [OUT-1:0] y);
  wire [ACC-1:0] xq; wire [OUT-1:0] yd;
  dreg #(.N(ACC)) u_ireg (.clk(clk), .d(x), .q(xq));
  requant_fixed_c #(.ACC(ACC), .OUT(OUT), .SH(SH), .MODE(MODE)) u_mul (.x(xq), .y(yd));
  dreg #(.N(OUT)) u_oreg (.clk(clk), .d(yd), .q(y));
endmodule
module relu #(parameter N = 8) (input clk, input [N-1:0] x, output [N-1:0] y);
  wire [N-1:0] xq, yd;
  dreg #(.N(N)) u_ireg (.clk(clk), .d(x), .q(xq));
  relu_c #(.N(N)) u_mul (.x(xq), .y(yd));
  dreg #(.N(N)) u_oreg (.clk(clk), .d(yd), .q(y));
endmodule
module maxpool #(parameter N = 8) (input clk, input [N-1:0] a, input [N-1:0] b, output [N-1:0] y);
  wire [N-1:0] aq, bq, yd;
  dreg #(.N(N)) u_ireg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(N)) u_jreg (.clk(clk), .d(b), .q(bq));
  maxpool_c #(.N(N)) u_mul (.a(aq), .b(bq), .y(yd));
  dreg #(.N(N)) u_oreg (.clk(clk), .d(yd), .q(y));
endmodule
module adder #(parameter N = 32) (input clk, input [N-1:0] a, input [N-1:0] b, output [N-1:0] y);
  wire [N-1:0] aq, bq, yd;
  dreg #(.N(N)) u_ireg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(N)) u_jreg (.clk(clk), .d(b), .q(bq));
  add_c #(.N(N)) u_mul (.a(aq), .b(bq), .y(yd));
  dreg #(.N(N)) u_oreg (.clk(clk), .d(yd), .q(y));
endmodule
