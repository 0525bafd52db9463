/** The programs of the recorded workflows: each takes the time that it is given, and does nothing else. */
import { task } from "dtask";

const MONTAGE = [
  "mAdd",
  "mBackground",
  "mBgModel",
  "mConcatFit",
  "mDiffFit",
  "mImgtbl",
  "mProject",
  "mViewer",
];
const EPIGENOMICS = [
  "chr21",
  "fast2bfq",
  "fastqSplit",
  "filterContams",
  "map",
  "mapMerge",
  "pileup",
  "sol2sanger",
];

for (const name of [...MONTAGE, ...EPIGENOMICS]) {
  task({
    name,
    async run([ms], ctx) {
      const done = AbortSignal.any([ctx.signal, AbortSignal.timeout(Number(ms ?? 0))]);
      await new Promise<void>((resolve) => {
        if (done.aborted) resolve();
        else done.addEventListener("abort", () => resolve(), { once: true });
      });
    },
  });
}
