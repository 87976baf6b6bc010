export interface Step {
  label: string;
  count: string;
  part: number; // of the longest bar, 0 to 1
  share: string;
}

// Counts as bars below each other.
export function Funnel({ label, steps, quiet = false }: { label: string; steps: Step[]; quiet?: boolean }) {
  return (
    <ol class="funnel pad" aria-label={label}>
      {steps.map(step => (
        <li key={step.label}>
          <span>{step.label}</span>
          <svg class="bar" aria-hidden="true">
            <rect
              class={quiet ? 'c0' : ''}
              width={`${(Math.min(1, Math.max(0, step.part)) * 100).toFixed(1)}%`}
              height="100%"
            />
          </svg>
          <span class="n b">{step.count}</span>
          <span class="n m">{step.share}</span>
        </li>
      ))}
    </ol>
  );
}
