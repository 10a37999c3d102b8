/**
 * Every command, loaded once the arguments are known to be right. All at once: a file more to find, read and link costs a start
 * more than the code of a command that is not used (ten files about 5 ms, 50 kB less than 1 ms).
 */
export { compare } from './compare.ts'
export { completion } from './completion.ts'
export { decap } from './decap.ts'
export { decode } from './decode.ts'
export { filter } from './filter.ts'
export { findings } from './findings.ts'
export { fleet } from './fleet.ts'
export { report } from './report.ts'
export { summarize } from './summarize.ts'
export { table } from './table.ts'
