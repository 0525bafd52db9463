/** Imports what is beside it and a package: both have to be in the bundle. */
import { task } from "dtask";
import { z } from "zod";
import { twice } from "./arithmetic/twice.ts";

export const doubled = task({
  name: "bundled.twice",
  input: z.tuple([z.number()]),
  run: ([n]) => twice(n),
});
