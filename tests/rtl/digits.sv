// SPDX-License-Identifier: Apache-2.0
// Lanes of a packed vector: `count` fields of `field_bits` from field `first` on; further lanes are
// zero. A field is a digit already, or (WHOLE) a code of which digit `index` is wanted.
module digits #(
    parameter int VECTOR = 64, parameter int LANES = 4, parameter int DIGIT = 8, parameter bit WHOLE = 0,
    parameter int FIELDS = 64  // bits of all fields of a PE
) (
    input logic [VECTOR-1:0] packed_fields,
    input logic [15:0] first,
    input logic [6:0] count,
    input logic [4:0] field_bits,
    input logic [3:0] index,
    input logic top, is_signed,
    input logic is_sign,  // a field is one bit: 0 is +1, 1 is -1
    output logic [LANES*(DIGIT+1)-1:0] lanes
);
  logic [FIELDS-1:0] fields;
  assign fields = FIELDS'(packed_fields >> (32'(first) * 32'(field_bits)));
  // Each lane: a signed number of DIGIT + 1 bits. Only the top digit of a signed operand is negative.
  logic [15:0] raw;
  logic signed [16:0] code, part;
  always_comb begin
    for (int i = 0; i < LANES; i++) begin
      raw = 16'(fields >> (i * 32'(field_bits))) & ~(16'hffff << field_bits);
      code = {1'b0, raw};
      if (is_sign) code = raw[0] ? 17'h1ffff : 17'd1;
      else if (is_signed && (WHOLE || top) && raw[4'(field_bits-1)]) code = code | (17'h1ffff << field_bits);
      part = WHOLE ? code >>> (32'(index) * DIGIT) : code;
      lanes[i*(DIGIT+1)+:DIGIT+1] = i < 32'(count) ? {top & part[DIGIT], part[DIGIT-1:0]} : 0;
    end
  end
endmodule
