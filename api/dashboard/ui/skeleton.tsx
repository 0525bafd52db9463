/** The shape of what is still being read: seen after 200 ms only, so that nothing flashes. */

interface SkeletonProps {
  /** What is being read, for screen readers. */
  readonly label: string;
  readonly lines?: number;
}

/** Grey lines. */
export function Skeleton({ label, lines = 4 }: SkeletonProps) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">Reading {label} …</span>
      {Array.from({ length: lines }, (_, line) => <div key={line} className="skeleton-line" />)}
    </div>
  );
}
