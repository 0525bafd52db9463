/** Says that rows have come, and lets them in when asked. */
import { Button } from "./button.tsx";
import { formatCount } from "./format.ts";

interface NewRowsBarProps {
  readonly count: number;
  /** What they are, in the singular: `task`. */
  readonly noun: string;
  readonly onShow: () => void;
}

/** The bar above a list; it keeps its place in any case, so that nothing moves when it comes. */
export function NewRowsBar({ count, noun, onShow }: NewRowsBarProps) {
  return (
    <div className="new-rows" role="status">
      {count === 0 ? null : (
        <>
          {formatCount(count, `new ${noun}`)} · <Button kind="quiet" onClick={onShow}>Show</Button>
        </>
      )}
    </div>
  );
}
