import { task } from "../sdk/mod.ts";
import { argumentsOf } from "./arguments_schema.ts";
import { originalName } from "./original_name.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Gives its booleans back, joined by commas. */
export const echoBool = task({
  name: "echo_bool",
  aliases: [originalName("echo_bool")],
  description: "Joins its booleans by commas.",
  input: argumentsOf<boolean>({
    is: (value): value is boolean => typeof value === "boolean",
    must: "a boolean",
    json: { type: "boolean" },
  }),
  run: (args) => args.join(","),
});

/** Gives its strings back, joined by commas. */
export const echoString = task({
  name: "echo_string",
  aliases: [originalName("echo_string")],
  description: "Joins its strings by commas.",
  input: argumentsOf<string>({
    is: (value): value is string => typeof value === "string",
    must: "a string",
    json: { type: "string" },
  }),
  run: (args) => args.join(","),
});

/** Gives its bytes back as text, joined by commas; what is not UTF-8 becomes U+FFFD. */
export const echoBytes = task({
  name: "echo_bytes",
  aliases: [originalName("echo_bytes")],
  description: "Reads its bytes as UTF-8 and joins the texts by commas.",
  input: argumentsOf<Uint8Array>({
    is: (value): value is Uint8Array => value instanceof Uint8Array,
    must: "bytes",
    json: {
      type: "object",
      properties: { $bytes: { type: "string", contentEncoding: "base64" } },
      required: ["$bytes"],
    },
  }),
  run: (args) => args.map((bytes) => utf8.decode(bytes)).join(","),
});
