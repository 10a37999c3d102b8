/** A choice between two or three views of the same figures. */
import { h } from '../preact.ts'

export interface SwitchProperties<T extends string> {
  /** What is chosen, for those who hear it. */
  label: string
  options: readonly (readonly [value: T, text: string])[]
  value: T
  change: (value: T) => void
}

export function Switch<T extends string>({ label, options, value, change }: SwitchProperties<T>) {
  return (
    <fieldset class="view-switch">
      <legend class="unseen">{label}</legend>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => change(option)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}
