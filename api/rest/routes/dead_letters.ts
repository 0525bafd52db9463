/** Operations on dead letters. */
import {
  discardDeadLetters,
  listDeadLetters,
  redriveDeadLetters,
} from "../../operations/dead_letters.ts";
import {
  batchChangeAnswer,
  deadLetterListQuery,
  deadLetterPageAnswer,
  discardInput,
  redriveInput,
} from "../../schema.ts";
import type { Route } from "../route.ts";
import { serve } from "../serve.ts";

const tag = "dead letters";

const decision = {
  description:
    "How many dead letters were found and changed. By filter, one call changes at most " +
    "100,000: call again while it says `more`. What fails while the call is going on is left out.",
  schema: batchChangeAnswer,
};

/** `/api/dead-letters` and all below it. */
export const DEAD_LETTER_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/dead-letters",
    summary: "List failed tasks that were not discarded, newest first, with their runs",
    tag,
    query: deadLetterListQuery,
    answers: { 200: { description: "A page; it may be short.", schema: deadLetterPageAnswer } },
    ...serve(listDeadLetters),
  },
  {
    method: "post",
    path: "/api/dead-letters/redrive",
    summary: "Run dead letters again, with what they had skipped, by ids or by filter",
    tag,
    body: { schema: redriveInput, optional: false },
    answers: { 200: decision },
    ...serve(redriveDeadLetters),
  },
  {
    method: "post",
    path: "/api/dead-letters/discard",
    summary: "Give dead letters up, by ids or by filter; the failed tasks stay",
    tag,
    body: { schema: discardInput, optional: false },
    answers: { 200: decision },
    ...serve(discardDeadLetters),
  },
];
