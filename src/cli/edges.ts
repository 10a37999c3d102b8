/** What the process gives to the commands: files, standard input and threads. Loaded at once, as `commands/index.ts` is. */
export { fileSource } from '../capture/files/node-input.ts'
export { fsPath, rawArguments } from '../capture/files/node-names.ts'
export { awaitOutput } from '../capture/files/node-output.ts'
export { expandPaths } from '../capture/files/node-paths.ts'
export { compareCaptures } from '../compare/index.ts'
export { followFile } from '../node-follow.ts'
export { summarizeFiles, totalSize } from '../node-summarize.ts'
export * as fleet from './fleet/edges.ts'
