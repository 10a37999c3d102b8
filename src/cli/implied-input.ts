/** Standard input that nobody named: read all the same, but never without saying so. */
import type { Host, SummarizeFilesOptions } from './host.ts'
import { STDIN } from './inputs.ts'

/** A host that notices whether standard input held anything. */
export interface ImpliedInput {
  host: Host
  /** Whether it ended before its first byte. */
  isEmpty: () => boolean
}

/** Watches what is read from standard input. */
export function impliedInput(host: Host): ImpliedInput {
  let isEmpty = false
  const watching: Host = {
    ...host,
    async open(path, signal) {
      const source = await host.open(path, signal)
      if (path !== STDIN) return source
      const read = source.read.bind(source)
      source.read = async (into) => {
        const length = await read(into)
        isEmpty = length === 0
        source.read = read
        return length
      }
      return source
    },
    async summarizer() {
      const summarizeFiles = await host.summarizer()
      return (paths, settings) => {
        const onUnreadable: SummarizeFilesOptions['onUnreadable'] = (path, error) => {
          if (error.code === 'empty') isEmpty = true
          settings.onUnreadable?.(path, error)
        }
        return summarizeFiles(paths, { ...settings, onUnreadable })
      }
    },
  }
  return { host: watching, isEmpty: () => isEmpty }
}
