/** What is said of changes of many tasks: before, and afterwards. Pure. */
import type { BatchChangeView } from "../../../schema.ts";
import type { ChangeName } from "../../data/change_name.ts";
import { formatCount, formatNumber } from "../../ui/format.ts";

interface Words {
  /** On buttons: `Cancel`. */
  readonly verb: string;
  /** What has become of them: `cancelled`. */
  readonly done: string;
  /** Of those that it is for: `can be cancelled`, and why. */
  readonly which: string;
  /** What happens to them. */
  readonly what: string;
  readonly kind: "primary" | "danger";
}

/** By what is done. */
export const CHANGE_WORDS: Readonly<Record<ChangeName, Words>> = {
  cancel: {
    verb: "Cancel",
    done: "cancelled",
    which: "can be cancelled: they have not ended",
    what:
      "What waits never starts; what runs is told to stop, and is cancelled when its code has " +
      "stopped. Tasks that wait for them may be skipped.",
    kind: "danger",
  },
  retry: {
    verb: "Retry",
    done: "sent round again",
    which: "can be retried: they failed or were cancelled",
    what: "They run again from their first attempt, with what their end had skipped.",
    kind: "primary",
  },
  redrive: {
    verb: "Redrive",
    done: "sent round again",
    which: "can be redriven: they are dead letters",
    what: "They run again from their first attempt, with what their failure had skipped.",
    kind: "primary",
  },
  discard: {
    verb: "Discard",
    done: "discarded",
    which: "can be discarded: they are dead letters",
    what: "They are given up: they stay in the list of tasks as failed, and leave this one. What " +
      "their failure had skipped stays skipped.",
    kind: "danger",
  },
};

/** How many a change would be for: `120 tasks`, `at least 100,000 tasks`. */
export function countText({ matched, more }: BatchChangeView): string {
  return `${more === true ? "at least " : ""}${formatCount(matched, "task")}`;
}

/** What the button says: `Cancel 12 tasks`. */
export function actionText(
  name: ChangeName,
  count: BatchChangeView | undefined,
): string {
  const { verb } = CHANGE_WORDS[name];
  return count === undefined ? verb : `${verb} ${formatCount(count.matched, "task")}`;
}

/** The answer to "how many?", for `chosen` tasks, or all that match where null. */
export function questionText(
  name: ChangeName,
  count: BatchChangeView,
  chosen: number | null,
): string {
  const { which } = CHANGE_WORDS[name];
  const [can = which] = which.split(":");
  if (count.matched === 0 && count.more !== true) {
    return chosen === null
      ? `None of those that match ${can}.`
      : `None of the chosen tasks ${can}.`;
  }
  if (chosen !== null) return `${formatNumber(count.matched)} of ${formatNumber(chosen)} ${which}.`;
  const some = countText(count);
  return `${some.charAt(0).toUpperCase()}${some.slice(1)} ${which}.`;
}

/** What was done, and whether there is more to do. */
export function doneText(
  name: ChangeName,
  { changed, more }: BatchChangeView,
): string {
  const text = `${formatCount(changed, "task")} ${CHANGE_WORDS[name].done}`;
  return more === true ? `${text}; there may be more: do it again` : text;
}
