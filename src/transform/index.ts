/** Captures to captures: what tunnels carry, and selections of records. */
export type { Selection } from '../selection/selection.ts'
export { Decap, type DecapCounts, type DecapInput, type DecapOptions } from './decap.ts'
export { MAX_WAITING_BYTES, Select, type SelectCounts, type SelectInput, type SelectOptions } from './select.ts'
