/** A task that takes the right word alone. */
import { task } from "dtask";

/** Throws, so that it is tried again, until its argument is `right`. */
task({
  name: "test.picky",
  async run([word]) {
    await Promise.resolve();
    if (word !== "right") throw new Error(`${String(word)} is not the right word`);
    return word;
  },
});
