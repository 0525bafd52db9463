/** A name that may be longer than its place: its end stays, which is what tells names apart. */

const TAIL = 6;

interface LongLabelProps {
  readonly text: string;
  /** What screen readers say instead: the name and how things stand with it. */
  readonly said: string;
}

/** The name. */
export function LongLabel({ text, said }: LongLabelProps) {
  const cut = text.length <= 2 * TAIL ? text.length : text.length - TAIL;
  return (
    <>
      <span className="visually-hidden">{said}</span>
      <span className="long-label" aria-hidden="true">
        <span className="flow-label">{text.slice(0, cut)}</span>
        <span>{text.slice(cut)}</span>
      </span>
    </>
  );
}
