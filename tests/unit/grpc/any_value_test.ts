import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type Any,
  AnySchema,
  FloatValueSchema,
  ListValueSchema as StandardListValueSchema,
  StructSchema,
  UInt32ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { AnyDecodeError } from "../../../api/grpc/any_decode_error.ts";
import { decodeAny } from "../../../api/grpc/any_value.ts";
import { encodeAny } from "../../support/encode_any.ts";
import type { Value } from "../../../actors/domain/value.ts";
import { ListValueSchema, MapValueSchema } from "../../../proto/gen/task_scheduler_pb.ts";

function any(typeUrl: string, ...bytes: number[]): Any {
  return create(AnySchema, { typeUrl, value: Uint8Array.from(bytes) });
}

function retype(packed: Any, typeUrl: string): Any {
  return create(AnySchema, { ...packed, typeUrl });
}

/** Any value that the service can be sent. */
const values = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.uint8Array(),
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("value"), {
      noNullPrototype: true,
    }),
  ),
})).value;

Deno.test("any_value decodes what it encodes", () => {
  fc.assert(fc.property(values, (value) => {
    assert.deepEqual(decodeAny(encodeAny(value)), value);
  }));
});

Deno.test("any_value decodes 32-bit and floating numbers as numbers and 64-bit as bigints", () => {
  assert.equal(
    decodeAny(any("x/google.protobuf.UInt32Value", 8, 0xff, 0xff, 0xff, 0xff, 15)),
    2 ** 32 - 1,
  );
  assert.equal(decodeAny(any("x/google.protobuf.Int64Value", 8, 1)), 1n);
  assert.equal(decodeAny(any("x/google.protobuf.UInt64Value", 8, 1)), 1n);
  const float = toBinary(FloatValueSchema, create(FloatValueSchema, { value: 1.5 }));
  assert.equal(decodeAny(any("x/google.protobuf.FloatValue", ...float)), 1.5);
  assert.equal(decodeAny(any("x/google.protobuf.Int32Value")), 0);
});

Deno.test("any_value looks at the type's name after the last slash alone", () => {
  const bytes = toBinary(UInt32ValueSchema, create(UInt32ValueSchema, { value: 3 }));
  for (const prefix of ["type.googleapis.com/", "example.org/a/b/", "/", ""]) {
    assert.equal(decodeAny(any(`${prefix}google.protobuf.UInt32Value`, ...bytes)), 3);
  }
});

Deno.test("any_value decodes the older clients' own lists and maps by structure", () => {
  const list = encodeAny([1, "a"]);
  const map = encodeAny({ a: true });
  assert.deepEqual(decodeAny(retype(list, "x/google.protobuf.ArrayValue")), [1, "a"]);
  assert.deepEqual(decodeAny(retype(map, "x/google.protobuf.MapValue")), { a: true });
});

Deno.test("any_value decodes Struct, Value and the standard ListValue", () => {
  const struct = { a: [1, "b", null, { c: false }] };
  const bytes = toBinary(
    StructSchema,
    create(StructSchema, {
      fields: {
        a: {
          kind: {
            case: "listValue",
            value: {
              values: [
                { kind: { case: "numberValue", value: 1 } },
                { kind: { case: "stringValue", value: "b" } },
                { kind: { case: "nullValue", value: 0 } },
                {
                  kind: {
                    case: "structValue",
                    value: { fields: { c: { kind: { case: "boolValue", value: false } } } },
                  },
                },
              ],
            },
          },
        },
      },
    }),
  );
  assert.deepEqual(decodeAny(any("x/google.protobuf.Struct", ...bytes)), struct);
  const list = toBinary(StandardListValueSchema, create(StandardListValueSchema, {}));
  assert.deepEqual(decodeAny(any("x/google.protobuf.ListValue", ...list)), []);
});

Deno.test("any_value keeps prototype names as keys", () => {
  const value = decodeAny(encodeAny({ ["__proto__"]: 1, constructor: 2 }));
  assert.ok(typeof value === "object" && value !== null);
  assert.deepEqual(Object.entries(value), [["__proto__", 1], ["constructor", 2]]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("any_value refuses what nests more than 64 deep", () => {
  const nest = (depth: number) => {
    let value: Any = encodeAny(1);
    for (let i = 0; i < depth; i++) {
      const bytes = i % 2 === 0
        ? toBinary(ListValueSchema, create(ListValueSchema, { values: [value] }))
        : toBinary(MapValueSchema, create(MapValueSchema, { fields: { k: value } }));
      value = any(i % 2 === 0 ? "x/taskscheduler.ListValue" : "x/taskscheduler.MapValue", ...bytes);
    }
    return value;
  };
  decodeAny(nest(64));
  assert.throws(() => decodeAny(nest(65)), AnyDecodeError);
  // Written as bytes, because the library's encoder would overflow the stack at such depths.
  const standard = (depth: number) => {
    let value = new BinaryWriter().tag(4, WireType.Varint).bool(true).finish();
    const wrap = (number: number, bytes: Uint8Array) =>
      new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();
    for (let i = 0; i < depth; i++) value = wrap(5, wrap(1, wrap(2, value)));
    return create(AnySchema, { typeUrl: "x/google.protobuf.Value", value });
  };
  decodeAny(standard(64));
  assert.throws(() => decodeAny(standard(65)), AnyDecodeError);
  assert.throws(() => decodeAny(standard(5_000)), AnyDecodeError);
});

Deno.test("any_value names the type of what it cannot decode", () => {
  const cases: readonly [Any, RegExp][] = [
    [any(""), /^unknown type ""$/],
    [any("acme/Thing"), /^unknown type "acme\/Thing"$/],
    [any("x/" + "y".repeat(10_000)), /^unknown type "x\/y{198}…"$/],
    [any("x/google.protobuf.Int32Value", 0xff), /google\.protobuf\.Int32Value": /],
    // A length-delimited field where a varint belongs.
    [any("x/google.protobuf.Int32Value", 0x0a, 1, 8), /google\.protobuf\.Int32Value": /],
    [any("x/google.protobuf.DoubleValue", 9, 1), /google\.protobuf\.DoubleValue": /],
    [any("x/google.protobuf.StringValue", 0x0a, 1, 0xff), /google\.protobuf\.StringValue": /],
    [any("x/google.protobuf.Value"), /google\.protobuf\.Value/],
    [any("x/taskscheduler.MapValue", 0x0a, 2, 8, 1), /taskscheduler\.MapValue": /],
  ];
  for (const [faulty, message] of cases) {
    assert.throws(() => decodeAny(faulty), (error) => {
      assert.ok(error instanceof AnyDecodeError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("any_value decodes or refuses any bytes of any type, and nothing else", () => {
  const names = [
    "Int64Value",
    "Struct",
    "Value",
    "ListValue",
    "ArrayValue",
    "MapValue",
    "BytesValue",
  ];
  fc.assert(fc.property(fc.constantFrom(...names), fc.uint8Array(), (name, bytes) => {
    try {
      decodeAny(any(`x/google.protobuf.${name}`, ...bytes));
    } catch (error) {
      assert.ok(error instanceof AnyDecodeError);
    }
  }));
});
