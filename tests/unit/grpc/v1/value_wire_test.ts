import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import assert from "node:assert/strict";
import { encodeValue, type Value as DomainValue } from "../../../../actors/domain/value.ts";
import { decoderOf } from "../../../../api/grpc/v1/message_decoder.ts";
import { encoderOf } from "../../../../api/grpc/v1/message_encoder.ts";
import { RedriveDeadLettersRequestSchema as ListValueHolder } from "../../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import { ListValueSchema, ValueSchema } from "../../../../proto/gen/dtask/v1/value_pb.ts";

/** Values as the domain has them, and any depth that is allowed. */
const values: fc.Arbitrary<DomainValue> = fc.letrec<{ value: DomainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("$int64", "$map", "$result", "__proto__")),
      tie("value"),
      { maxKeys: 3 },
    ),
  ),
})).value;

Deno.test("value_wire gives every value back, through the library's own encoding", () => {
  const [encode, decode] = [encoderOf(ListValueHolder), decoderOf(ListValueHolder)];
  fc.assert(fc.property(values, (value) => {
    const json = encodeValue(value);
    const bytes = encode({ args: [json] });
    const again = toBinary(ListValueHolder, fromBinary(ListValueHolder, bytes));
    assert.deepEqual(decode(again), { args: [json] });
  }));
});

Deno.test("value_wire keeps numbers, integers, bytes and references apart", () => {
  const bytes = encoderOf(ListValueHolder)({
    args: [
      3,
      -0,
      { $int64: "-9223372036854775808" },
      { $int64: "18446744073709551615" },
      { $double: "NaN" },
      { $bytes: "AQI=" },
      { $result: "first" },
      { $map: { $result: "first" } },
      null,
      [],
      {},
    ],
  });
  const kinds = fromBinary(ListValueHolder, bytes).args?.values.map(({ kind }) => kind);
  assert.deepEqual(kinds?.map((kind) => [kind.case, kind.value]).slice(0, 7), [
    ["numberValue", 3],
    ["numberValue", -0],
    ["int64Value", -(2n ** 63n)],
    ["uint64Value", 2n ** 64n - 1n],
    ["numberValue", Number.NaN],
    ["bytesValue", new Uint8Array([1, 2])],
    ["resultOf", "first"],
  ]);
  assert.deepEqual(kinds?.map((kind) => kind.case).slice(7), [
    "mapValue",
    "nullValue",
    "listValue",
    "mapValue",
  ]);
});

Deno.test("value_wire reads integers of either kind, and what stands nowhere as undefined", () => {
  const of = (value: bigint | null) =>
    value === null ? { kind: { case: undefined } } as const : {
      kind: { case: "uint64Value", value },
    } as const;
  const list = create(ListValueSchema, { values: [of(5n), of(2n ** 64n - 1n), of(null)] });
  const holder = create(ListValueHolder, { args: list });
  assert.deepEqual(decoderOf(ListValueHolder)(toBinary(ListValueHolder, holder)), {
    args: [{ $int64: "5" }, { $int64: "18446744073709551615" }, undefined],
  });
});

Deno.test("value_wire refuses what is nested so deep that reading it costs", () => {
  let value = create(ValueSchema, { kind: { case: "nullValue", value: 0 } });
  for (let depth = 0; depth < 90; depth++) {
    value = create(ValueSchema, { kind: { case: "listValue", value: { values: [value] } } });
  }
  const holder = create(ListValueHolder, { args: { values: [value] } });
  const bytes = toBinary(ListValueHolder, holder);
  assert.throws(() => decoderOf(ListValueHolder)(bytes), /nested too deep/);
});
