import type { RegisteredTask } from "../../tasks/sdk/task_registry.ts";
import type { TaskFailureHandler } from "../../tasks/sdk/mod.ts";
import { bareHandler, type FailureHandler } from "../domain/failure_handler.ts";
import { LIMITS, type MethodDefinition } from "../domain/task.ts";
import { encodeText, toValue } from "../domain/value.ts";

const encoder = new TextEncoder();

/** The registered tasks as plain data, for those who load no task code. */
export function describeTasks(tasks: readonly RegisteredTask[]): Promise<MethodDefinition[]> {
  return Promise.all(tasks.map(describeTask));
}

async function describeTask(task: RegisteredTask): Promise<MethodDefinition> {
  const { name, aliases, description, mode } = task;
  const settings = {
    queue: task.queue,
    timeoutMs: task.timeoutMs,
    heartbeatTimeoutMs: task.heartbeatTimeoutMs,
    retry: task.retry,
    permissions: task.permissions,
    // Only where there is one: the digest of a definition must not change by what it does not say.
    ...(task.onFailure && { onFailure: describeHandler(task, task.onFailure) }),
    ...(task.onLeaseLost === "continue" && { onLeaseLost: task.onLeaseLost }),
  };
  return {
    name,
    aliases,
    mode,
    ...settings,
    description,
    inputSchema: inputSchemaOf(task.input),
    definition: await digest(JSON.stringify([name, mode, settings, task.run.toString()])),
  };
}

/** The handler as a submission would have it. */
function describeHandler(
  { name }: RegisteredTask,
  { method, args = [], queue, priority, delayMs, labels }: TaskFailureHandler,
): FailureHandler {
  const values = toValue(args);
  if (!values.ok) {
    throw new Error(`Cannot use the onFailure of task "${name}": ${values.error.message}`);
  }
  const text = encodeText(values.value);
  if (encoder.encode(text).length > LIMITS.handlerArgsBytes) {
    throw new Error(
      `Cannot use the onFailure of task "${name}": its args take more than ` +
        `${LIMITS.handlerArgsBytes} bytes as JSON`,
    );
  }
  return {
    ...bareHandler(method),
    args: text,
    queue: queue ?? null,
    priority: priority ?? null,
    delayMs: delayMs ?? null,
    labels: { ...labels },
  };
}

/**
 * The schema as JSON Schema, where its library can give one. What JSON Schema has no word for is
 * left open; a schema that can't be converted at all does not keep its task from running.
 */
function inputSchemaOf(schema: RegisteredTask["input"]): MethodDefinition["inputSchema"] {
  if (schema === null) return null;
  const convert = jsonSchemaConverter(schema["~standard"]);
  if (convert === null) return null;
  try {
    const converted: unknown = convert({
      target: "draft-2020-12",
      libraryOptions: { unrepresentable: "any" },
    });
    return isRecord(converted) ? asJson(converted) : null;
  } catch {
    return null;
  }
}

type Converter = (options: Readonly<Record<string, unknown>>) => unknown;

/** The converter that the Standard JSON Schema specification puts beside `validate`. */
function jsonSchemaConverter(standard: object): Converter | null {
  const jsonSchema: unknown = Reflect.get(standard, "jsonSchema");
  if (!isRecord(jsonSchema)) return null;
  const input = jsonSchema["input"];
  return typeof input === "function"
    ? (options) => Reflect.apply(input, jsonSchema, [options])
    : null;
}

/** A copy that is sure to cross to other isolates. */
function asJson(value: Readonly<Record<string, unknown>>): MethodDefinition["inputSchema"] {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return isRecord(copy) ? copy : null;
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  return `sha256-${new Uint8Array(hash).toHex()}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
