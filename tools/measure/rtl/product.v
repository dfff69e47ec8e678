// SPDX-License-Identifier: Apache-2.0
// Product of two codes, each counted from its zero point, for the requantizer behind it: p = (a - za)
// * (b - zb). Signed codes are two's complement; zero points stay for a layer, in its registers.
module distance_c #(parameter N = 8) (input [N-1:0] x, input [N-1:0] z, input s, output [N:0] y);
  assign y = {s & x[N-1], x} - {s & z[N-1], z};
endmodule
module times_c #(parameter N = 8) (
  input [N-1:0] a, input [N-1:0] b, input [N-1:0] za, input [N-1:0] zb, input sa, input sb,
  output [2*N+1:0] p);
  wire [N:0] da, db;
  distance_c #(.N(N)) a_distance (.x(a), .z(za), .s(sa), .y(da));
  distance_c #(.N(N)) b_distance (.x(b), .z(zb), .s(sb), .y(db));
  mul #(.W(N + 1), .A(N + 1)) tree (.w(da), .a(db), .p(p));
endmodule
module product #(parameter N = 8) (
  input clk, input [N-1:0] a, input [N-1:0] b, input [N-1:0] za, input [N-1:0] zb, input sa,
  input sb, output [2*N+1:0] y);
  wire [N-1:0] aq, bq; wire [2*N+1:0] p;
  dreg #(.N(N)) u_ireg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(N)) u_jreg (.clk(clk), .d(b), .q(bq));
  times_c #(.N(N)) u_mul (.a(aq), .b(bq), .za(za), .zb(zb), .sa(sa), .sb(sb), .p(p));
  dreg #(.N(2*N+2)) u_oreg (.clk(clk), .d(p), .q(y));
endmodule
