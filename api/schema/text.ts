/** The texts that requests are made of, each with its limits. */
import { z } from "zod";
import { LIMITS } from "../../actors/domain/task.ts";

const ID = /^[A-Za-z0-9._:-]{1,200}$/;

/** True for text that every database and client can hold: well-formed UTF-16 without NUL. */
function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

const STORABLE = "must be well-formed Unicode without NUL characters";

/** An id of a task or workflow. */
export const idText = z.string().regex(ID, "must be 1 to 200 of A-Z a-z 0-9 . _ : -");

/** The name of a queue: a part of paths, so it has the form of an id. */
export const queueText = idText;

/** The name of a schedule; shorter, because ids of what it starts begin with it. */
export const scheduleText = idText.max(
  LIMITS.scheduleNameLength,
  `at most ${LIMITS.scheduleNameLength} characters`,
);

/** Any text that names something: a method, a workflow's key, a concurrency key. */
export const nameText = z.string().min(1).max(LIMITS.nameLength).refine(isStorable, STORABLE);

/** The value of a label; may be empty. */
export const labelText = z.string().max(LIMITS.labelLength).refine(isStorable, STORABLE);

/** A time as requests write it: ISO 8601 with an offset or `Z`. */
export const timeText = z.iso.datetime({ offset: true, error: "must be an ISO 8601 time" })
  .refine((text) => !Number.isNaN(Date.parse(text)), "must be an ISO 8601 time");

/** A time as answers write it: ISO 8601, UTC, with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });
