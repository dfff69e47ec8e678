// SPDX-License-Identifier: Apache-2.0
// Weight-stationary systolic cell: partial sum from the neighbour's output register, sum registered here.
module mac_ws #(parameter W = 8, parameter A = 8, parameter ACC = 32) (
  input clk, input [W-1:0] w, input [A-1:0] a, input [ACC-1:0] psum, output [ACC-1:0] acc);
  wire [W-1:0] wq; wire [A-1:0] aq; wire [W+A-1:0] p; wire [ACC-1:0] sum;
  dreg #(.N(W)) u_wreg (.clk(clk), .d(w), .q(wq));
  dreg #(.N(A)) u_areg (.clk(clk), .d(a), .q(aq));
  mul #(.W(W), .A(A), .ASIGNED(1)) u_mul (.w(wq), .a(aq), .p(p));
  accadd #(.P(W+A), .ACC(ACC)) u_acc (.clr(1'b0), .p(p), .acc(psum), .sum(sum));
  dreg #(.N(ACC)) u_accreg (.clk(clk), .d(sum), .q(acc));
endmodule
