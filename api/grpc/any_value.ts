/**
 * Arguments as the clients of the older service send them, `google.protobuf.Any`, and the values
 * that they stand for. Only the name after the last `/` of a type URL counts.
 */
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import {
  type Any,
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
import type { Value } from "../../actors/domain/value.ts";
import { ListValueSchema, MapValueSchema } from "../../proto/gen/task_scheduler_pb.ts";
import { AnyDecodeError, assertDepth } from "./any_decode_error.ts";
import { standardList, standardStruct, standardValue } from "./standard_value.ts";
import { decodeStrictly } from "./strict_decode.ts";

/** Turns the bytes of one type into a value; `depth` is that of the value if it is a list or map. */
type Decoder = (bytes: Uint8Array, depth: number) => Value;

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

function shorten(typeUrl: string): string {
  return typeUrl.length <= LIMITS.nameLength ? typeUrl : `${typeUrl.slice(0, LIMITS.nameLength)}…`;
}
