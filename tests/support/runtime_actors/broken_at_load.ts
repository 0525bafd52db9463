/** Worker entry that fails before it could become an actor. */
throw new Error("Broken at load");
