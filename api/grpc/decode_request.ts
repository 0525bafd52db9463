import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import { decodeStrictly } from "./strict_decode.ts";

/** Decodes the bytes of a request; what does not decode is the caller's mistake. */
export function decodeRequest<I extends DescMessage>(
  input: I,
  bytes: Uint8Array,
): Result<MessageShape<I>> {
  try {
    return ok(decodeStrictly(input, bytes));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return refuse("malformed", "malformed", `Cannot decode the ${input.typeName}: ${cause}`);
  }
}
