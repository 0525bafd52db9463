import { NonRetryableError, task } from "../sdk/mod.ts";
import { type ArgumentRule, optionalArguments } from "./arguments_schema.ts";
import { originalName } from "./original_name.ts";

const message: ArgumentRule<string | null> = {
  is: (value): value is string | null => value === null || typeof value === "string",
  must: "a message, or null",
  json: { type: ["string", "null"] },
};
const retryable: ArgumentRule<boolean> = {
  is: (value): value is boolean => typeof value === "boolean",
  must: "a boolean: whether a retry may help",
  json: { type: "boolean" },
};

/** Fails with its first argument as the message; for good when the second is false. */
export const fail = task({
  name: "fail",
  aliases: [originalName("fail")],
  description: "Throws the given message; when the second argument is false, without retry.",
  input: optionalArguments<[string | null, boolean]>(message, retryable),
  run([text, mayRetry = true]): never {
    const shown = text ?? "Failed on request";
    throw mayRetry ? new Error(shown) : new NonRetryableError(shown);
  },
});
