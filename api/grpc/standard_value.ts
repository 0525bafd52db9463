/** Reads the well-known `Struct`, `Value` and `ListValue`, which nest without `Any`. */
import type { ListValue, Struct, Value as StandardValue } from "@bufbuild/protobuf/wkt";
import type { Value } from "../../actors/domain/value.ts";
import { AnyDecodeError, assertDepth } from "./any_decode_error.ts";

/** The value of a `google.protobuf.Value`, which stands at `depth`. */
export function standardValue({ kind }: StandardValue, depth: number): Value {
  switch (kind.case) {
    case "nullValue":
      return null;
    case "numberValue":
    case "stringValue":
    case "boolValue":
      return kind.value;
    case "structValue":
      return standardStruct(kind.value, depth);
    case "listValue":
      return standardList(kind.value, depth);
    case undefined:
      throw new AnyDecodeError('a "google.protobuf.Value" in it holds nothing');
  }
}

/** The list of a `google.protobuf.ListValue`. */
export function standardList({ values }: ListValue, depth: number): Value {
  assertDepth(depth);
  return values.map((item) => standardValue(item, depth + 1));
}

/** The map of a `google.protobuf.Struct`. */
export function standardStruct({ fields }: Struct, depth: number): Value {
  assertDepth(depth);
  // From entries, so that `__proto__` becomes a key like any other.
  return Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [key, standardValue(item, depth + 1)]),
  );
}
