/** A name that may be longer than its place: its end stays, which is what tells names apart. */

const TAIL = 6;

/** The name. */
export function LongLabel({ text }: { readonly text: string }) {
  if (text.length <= 2 * TAIL) return <span className="flow-label">{text}</span>;
  return (
    <>
      <span className="visually-hidden">{text}</span>
      <span className="long-label" aria-hidden="true">
        <span className="flow-label">{text.slice(0, -TAIL)}</span>
        <span>{text.slice(-TAIL)}</span>
      </span>
    </>
  );
}
