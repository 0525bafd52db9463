/**
 * A message of `dtask.v1`, as the library has decoded it, as JSON in the manner of REST. Written apart
 * from the product's own codec, so that comparing with it says something.
 */
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { Value } from "../../proto/gen/dtask/v1/value_pb.ts";

/** The JSON of `message`, without what has its zero. */
export function messageJson(schema: DescMessage, message: Message): unknown {
  if (schema.typeName === "dtask.v1.Value") return valueJson(message as Value);
  if (schema.typeName === "google.protobuf.Timestamp") return timeJson(message as Timestamp);
  if (schema.typeName === "google.protobuf.Struct") return message;
  const json: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const value = fieldOf(message, field);
    if (value === undefined) continue;
    if (field.message?.typeName === "google.protobuf.Duration") {
      json[`${field.localName}Ms`] = durationJson(value as Duration);
    } else json[field.localName] = fieldJson(field, value);
  }
  return json;
}

/** Members of a oneof stand in the object of their choice. */
function fieldOf(message: Message, field: DescField): unknown {
  const members = message as unknown as Record<string, unknown>;
  if (field.oneof === undefined) return members[field.localName];
  const choice = members[field.oneof.localName] as { case?: string; value?: unknown };
  return choice.case === field.localName ? choice.value : undefined;
}

function fieldJson(field: DescField, value: unknown): unknown {
  if (field.fieldKind === "list") {
    return (value as readonly unknown[]).map((item) => itemJson(field, item));
  }
  if (field.fieldKind === "map") {
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, item]) => [key, itemJson(field, item)]));
  }
  return itemJson(field, value);
}

function itemJson(field: DescField, value: unknown): unknown {
  if (field.message !== undefined) {
    // The library gives a Struct as the JSON that it is.
    if (field.message.typeName === "google.protobuf.Struct") return value;
    return messageJson(field.message, value as Message);
  }
  if (field.enum !== undefined) {
    return value === 0 ? "" : field.enum.value[value as number]?.localName.toLowerCase();
  }
  return typeof value === "bigint" ? Number(value) : value;
}

function valueJson({ kind }: Value): unknown {
  switch (kind.case) {
    case "nullValue":
      return null;
    case "boolValue":
    case "stringValue":
      return kind.value;
    case "numberValue":
      return Number.isFinite(kind.value) ? kind.value : { $double: String(kind.value) };
    case "int64Value":
    case "uint64Value":
      return { $int64: String(kind.value) };
    case "bytesValue":
      return { $bytes: kind.value.toBase64() };
    case "resultOf":
      return { $result: kind.value };
    case "listValue":
      return kind.value.values.map(valueJson);
    case "mapValue": {
      const entries = Object.entries(kind.value.fields);
      const map = Object.fromEntries(entries.map(([key, value]) => [key, valueJson(value)]));
      const [only] = Object.keys(map);
      const tagged = entries.length === 1 && /^\$(int64|bytes|double|map|result)$/.test(only ?? "");
      return tagged ? { $map: map } : map;
    }
    case undefined:
      return undefined;
  }
}

function timeJson({ seconds, nanos }: Timestamp): string {
  return new Date(Number(seconds) * 1_000 + nanos / 1e6).toISOString();
}

function durationJson({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1_000 + nanos / 1e6;
}
