import {
  type BinaryReadOptions,
  type DescField,
  type DescMessage,
  fromBinary,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

type MapField = Extract<DescField, { readonly fieldKind: "map" }>;

const NESTED_MAX = 256;

/**
 * Decodes `bytes` as a message of `schema`, and throws for bytes that are no such message. The
 * library alone reads a field of another wire type as if it had the right one: a string sent where
 * a number belongs would become some number.
 */
export function decodeStrictly<S extends DescMessage>(
  schema: S,
  bytes: Uint8Array,
  options: Partial<BinaryReadOptions> = {},
): MessageShape<S> {
  assertWireTypes(schema, bytes, options.recursionLimit ?? NESTED_MAX);
  return fromBinary(schema, bytes, options);
}

/** Throws at the first field of `bytes` that has a number of `schema` and another wire type. */
function assertWireTypes(schema: DescMessage, bytes: Uint8Array, nestedMax: number): void {
  if (nestedMax < 0) throw new RangeError("it is nested too deep");
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fieldOf(schema, number);
    if (field !== undefined && wireType !== wireTypeOf(field)) {
      throw new TypeError(`field ${field.name} has wire type ${wireType}`);
    }
    if (field?.fieldKind === "map") {
      assertEntry(field, reader.bytes(), nestedMax - 1);
    } else if (field?.message !== undefined) {
      assertWireTypes(field.message, reader.bytes(), nestedMax - 1);
    } else {
      reader.skip(wireType, number);
    }
  }
}

/** The same for an entry of a map, which is a message without a schema: key 1, value 2. */
function assertEntry(map: MapField, bytes: Uint8Array, nestedMax: number): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const expected = number === 1 ? wireTypeOfScalar(map.mapKey) : wireTypeOfMapValue(map);
    if (number <= 2 && wireType !== expected) {
      throw new TypeError(`an entry of ${map.name} has wire type ${wireType}`);
    }
    if (number === 2 && map.message !== undefined) {
      assertWireTypes(map.message, reader.bytes(), nestedMax);
    } else {
      reader.skip(wireType, number);
    }
  }
}

/** Messages have a few fields, so walking them is as fast as any index. */
function fieldOf(schema: DescMessage, number: number): DescField | undefined {
  return schema.fields.find((field) => field.number === number);
}

function wireTypeOf(field: DescField): WireType {
  switch (field.fieldKind) {
    case "enum":
      return WireType.Varint;
    case "scalar":
      return wireTypeOfScalar(field.scalar);
    case "message":
    case "map":
    case "list":
      return WireType.LengthDelimited;
  }
}

function wireTypeOfMapValue(map: MapField): WireType {
  if (map.mapKind === "scalar") return wireTypeOfScalar(map.scalar);
  return map.mapKind === "enum" ? WireType.Varint : WireType.LengthDelimited;
}

function wireTypeOfScalar(scalar: ScalarType): WireType {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}
