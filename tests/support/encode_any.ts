/** Arguments as a client of the older service sends them. */
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type Any,
  AnySchema,
  BoolValueSchema,
  BytesValueSchema,
  DoubleValueSchema,
  Int32ValueSchema,
  Int64ValueSchema,
  StringValueSchema,
  UInt64ValueSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import type { Value, ValueMap } from "../../actors/domain/value.ts";
import { ListValueSchema, MapValueSchema } from "../../proto/gen/task_scheduler_pb.ts";

const PREFIX = "type.googleapis.com/";
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

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
