/** What an event says of a packet, field by field with their names: for whoever compares two ways of observing the same packet. */
import { type EventLog, Field, STRIDE } from './event-log.ts'

/** A field of an event. */
export type FieldName = keyof typeof Field

/** Every field of an event. */
export type Observed = Readonly<Record<FieldName, number>>

/** Every field of the event with that number in a log. */
export function observedIn(log: EventLog, event: number): Observed {
  const at = event * STRIDE
  const fields = Object.entries(Field) as [FieldName, number][]
  const read = ([name, word]: [FieldName, number]): [FieldName, number] => [
    name,
    name === 'Seconds' ? log.f64[at >> 1]! : log.i32[at + word]!,
  ]
  return Object.fromEntries(fields.map(read)) as Observed
}
