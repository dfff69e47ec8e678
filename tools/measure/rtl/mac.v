// SPDX-License-Identifier: Apache-2.0
// Bit-parallel MAC processing element: operand registers, multiplier, accumulator.
module mac #(parameter W = 8, parameter A = 8, parameter ACC = 32, parameter ASIGNED = 1, parameter BOOTH = 0) (
  input clk, input clr, input [W-1:0] w, input [A-1:0] a, output [ACC-1:0] acc);
  wire [W-1:0] wq; wire [A-1:0] aq; wire clrq; wire [W+A-1:0] p; wire [ACC-1:0] sum;
  dreg #(.N(W)) u_wreg (.clk(clk), .d(w), .q(wq));
  dreg #(.N(A)) u_areg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(1)) u_creg (.clk(clk), .d(clr), .q(clrq));
  generate
    if (BOOTH) begin : b
      mul_booth #(.W(W), .A(A), .ASIGNED(ASIGNED)) u_mul (.w(wq), .a(aq), .p(p));
    end else begin : n
      mul #(.W(W), .A(A), .ASIGNED(ASIGNED)) u_mul (.w(wq), .a(aq), .p(p));
    end
  endgenerate
  accadd #(.P(W+A), .ACC(ACC)) u_acc (.clr(clrq), .p(p), .acc(acc), .sum(sum));
  dreg #(.N(ACC)) u_accreg (.clk(clk), .d(sum), .q(acc));
endmodule
