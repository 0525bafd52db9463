/**
 * Arguments as the clients of the older service send them, `google.protobuf.Any`, and the values
 * that they stand for. Only the name after the last `/` of a type URL counts.
 */
import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type Any,
  AnySchema,
  BoolValueSchema,
  BytesValueSchema,
  DoubleValueSchema,
  FloatValueSchema,
  Int32ValueSchema,
  Int64ValueSchema,
  ListValueSchema as StandardListValueSchema,
  StringValueSchema,
  StructSchema,
  UInt32ValueSchema,
  UInt64ValueSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { LIMITS } from "../../actors/domain/task.ts";
import type { Value, ValueMap } from "../../actors/domain/value.ts";
import { ListValueSchema, MapValueSchema } from "../../proto/gen/task_scheduler_pb.ts";
import { AnyDecodeError, assertDepth } from "./any_decode_error.ts";
import { standardList, standardStruct, standardValue } from "./standard_value.ts";
import { decodeStrictly } from "./strict_decode.ts";

/** Turns the bytes of one type into a value; `depth` is that of the value if it is a list or map. */
type Decoder = (bytes: Uint8Array, depth: number) => Value;

const PREFIX = "type.googleapis.com/";
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
/** A level of `Value` in `Struct` in `Value` takes three levels of messages. */
const STANDARD_OPTIONS = { recursionLimit: LIMITS.valueDepth * 3 + 3 };

/** What each known type decodes to. The last two names of a kind are the older clients' own. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["google.protobuf.Int32Value", (bytes) => decodeStrictly(Int32ValueSchema, bytes).value],
  ["google.protobuf.Int64Value", (bytes) => decodeStrictly(Int64ValueSchema, bytes).value],
  ["google.protobuf.UInt32Value", (bytes) => decodeStrictly(UInt32ValueSchema, bytes).value],
  ["google.protobuf.UInt64Value", (bytes) => decodeStrictly(UInt64ValueSchema, bytes).value],
  ["google.protobuf.FloatValue", (bytes) => decodeStrictly(FloatValueSchema, bytes).value],
  ["google.protobuf.DoubleValue", (bytes) => decodeStrictly(DoubleValueSchema, bytes).value],
  ["google.protobuf.BoolValue", (bytes) => decodeStrictly(BoolValueSchema, bytes).value],
  ["google.protobuf.StringValue", (bytes) => decodeStrictly(StringValueSchema, bytes).value],
  ["google.protobuf.BytesValue", (bytes) => decodeStrictly(BytesValueSchema, bytes).value],
  ["google.protobuf.Value", standard(ValueSchema, standardValue)],
  ["google.protobuf.Struct", standard(StructSchema, standardStruct)],
  ["google.protobuf.ListValue", standard(StandardListValueSchema, standardList)],
  ["google.protobuf.ArrayValue", decodeList],
  ["taskscheduler.ListValue", decodeList],
  ["google.protobuf.MapValue", decodeMap],
  ["taskscheduler.MapValue", decodeMap],
]);

/** The value that `any` stands for; throws an `AnyDecodeError` for one that stands for none. */
export function decodeAny(any: Any): Value {
  return decodeAt(any, 1);
}

/** `value` as an `Any` of the narrowest type that holds it. A list or map becomes the service's own. */
export function encodeAny(value: Value): Any {
  switch (typeof value) {
    case "boolean":
      return pack(BoolValueSchema, { value });
    case "string":
      return pack(StringValueSchema, { value });
    case "number":
      return Number.isInteger(value) && value === (value | 0) && !Object.is(value, -0)
        ? pack(Int32ValueSchema, { value })
        : pack(DoubleValueSchema, { value });
    case "bigint":
      return encodeInteger(value);
    case "object":
      return encodeObject(value);
    default:
      throw new TypeError(`Cannot encode a ${typeof value}: it is no value`);
  }
}

function decodeAt(any: Any, depth: number): Value {
  const type = any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1);
  const decoder = DECODERS.get(type);
  if (decoder === undefined) {
    throw new AnyDecodeError(`unknown type "${shorten(any.typeUrl)}"`);
  }
  try {
    return decoder(any.value, depth);
  } catch (error) {
    if (error instanceof AnyDecodeError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new AnyDecodeError(`the bytes do not decode as "${shorten(any.typeUrl)}": ${cause}`);
  }
}

function decodeList(bytes: Uint8Array, depth: number): Value {
  assertDepth(depth);
  return decodeStrictly(ListValueSchema, bytes).values.map((item) => decodeAt(item, depth + 1));
}

function decodeMap(bytes: Uint8Array, depth: number): Value {
  assertDepth(depth);
  const { fields } = decodeStrictly(MapValueSchema, bytes);
  // From entries, so that `__proto__` becomes a key like any other.
  return Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [key, decodeAt(item, depth + 1)]),
  );
}

function standard<S extends DescMessage>(
  schema: S,
  read: (message: MessageShape<S>, depth: number) => Value,
): Decoder {
  return (bytes, depth) => read(decodeStrictly(schema, bytes, STANDARD_OPTIONS), depth);
}

function encodeInteger(value: bigint): Any {
  if (value < INT64_MIN || value > UINT64_MAX) {
    throw new RangeError(`Cannot encode ${value}: it takes more than 64 bits`);
  }
  return value > INT64_MAX ? pack(UInt64ValueSchema, { value }) : pack(Int64ValueSchema, { value });
}

function encodeObject(value: Extract<Value, object | null>): Any {
  if (value === null) {
    return pack(ValueSchema, { kind: { case: "nullValue", value: 0 } });
  }
  if (value instanceof Uint8Array) return pack(BytesValueSchema, { value });
  if (isList(value)) return pack(ListValueSchema, { values: value.map(encodeAny) });
  const fields = Object.entries(value).map(([key, item]) => [key, encodeAny(item)] as const);
  return pack(MapValueSchema, { fields: Object.fromEntries(fields) });
}

function isList(value: readonly Value[] | ValueMap): value is readonly Value[] {
  return Array.isArray(value);
}

function pack<S extends DescMessage>(schema: S, init: MessageInitShape<S>): Any {
  const value = toBinary(schema, create(schema, init));
  return create(AnySchema, { typeUrl: PREFIX + schema.typeName, value });
}

function shorten(typeUrl: string): string {
  return typeUrl.length <= LIMITS.nameLength ? typeUrl : `${typeUrl.slice(0, LIMITS.nameLength)}…`;
}
