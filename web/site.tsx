/// <reference lib="dom" />
/**
 * The site: a start page, the reading of what was opened there, and its result, which is the report page with the captures still at hand.
 * The result's address ends in `#` and what is chosen, the start page's has none: so the way back leads from one to the other.
 */
import type { Place } from '../src/comparison.ts'
import type { ComparisonData } from '../src/page/comparison/data.ts'
import { LiveComparison } from '../src/page/comparison/live.tsx'
import type { PageData } from '../src/page/data.ts'
import { LivePage } from '../src/page/live-page.tsx'
import { h, useEffect, useRef, useState } from '../src/page/preact.ts'
import { Analyst, Stopped } from './analyst.ts'
import { Choosing } from './choosing.tsx'
import { filesOf, holdsFiles } from './dropped.ts'
import { inputsOf, type Mistakes, NOTHING_TYPED, settingsIn, type Typed } from './inputs.ts'
import type { Ends, Input, Progress, Settings } from './messages.ts'
import { PacketDialog } from './packet-dialog.tsx'
import { Reading } from './reading.tsx'
import { ResultBar } from './result-bar.tsx'
import { Start, showMistake } from './start.tsx'
import { Told } from './told.tsx'

/** What the tab shows. */
type Stage =
  | { at: 'start' }
  | { at: 'choosing'; inputs: readonly [Input, Input]; settings: Settings; troubles: readonly string[] }
  | { at: 'reading'; names: readonly string[]; progress: Progress | null; stop: () => void }
  | { at: 'comparing'; names: readonly string[]; progress: Progress | null; stop: () => void }
  | { at: 'stopped'; names: readonly string[]; progress: Progress; troubles: readonly string[] }
  | { at: 'finishing'; names: readonly string[] }
  | { at: 'result' }

/** What came of an analysis. */
interface Result {
  data: PageData | ComparisonData
  inputs: readonly Input[]
  troubles: readonly string[]
  analyst: Analyst
}

const START: Stage = { at: 'start' }
const NOTHING: readonly string[] = []
const TITLE = 'vxpcap'

export function Site() {
  const [stage, setStage] = useState<Stage>(START)
  const [result, setResult] = useState<Result | null>(null)
  const [typed, setTyped] = useState<Typed>(NOTHING_TYPED)
  /** Why what was opened last is not shown; what was shown before stays. */
  const [told, setTold] = useState(NOTHING)
  const [packet, setPacket] = useState<{ packet: number; side?: Place } | null>(null)
  const [isDragged, setDragged] = useState(false)
  const current = useRef<{ analyst: Analyst; inputs: readonly Input[] } | null>(null)
  /** Numbers of what was opened: the last one, and the one that is read or shown. */
  const turns = useRef({ last: 0, taken: 0 })

  /** Says why there is no result. */
  const refuse = (troubles: readonly string[]): void => {
    if (isResultAddress()) history.replaceState(null, '', startAddress())
    setTold(troubles)
    setStage({ at: 'start' })
  }

  const fail = (error: unknown): void => {
    // What was stopped has been followed by something else already.
    if (!(error instanceof Stopped)) refuse([error instanceof Error ? error.message : String(error)])
  }

  const open = async (files: readonly File[], troublesBefore: readonly string[] = []): Promise<void> => {
    if (files.length === 0) {
      if (troublesBefore.length > 0) setTold(troublesBefore)
      return
    }
    const { settings, mistakes } = settingsIn(typed)
    const wrong = mistakesIn(mistakes)
    if (wrong.length > 0) {
      setTold(wrong)
      if (stage.at === 'start') showMistake(mistakes)
      return
    }
    const inputs = inputsOf(files)
    const turn = ++turns.current.last
    const reader = await readerOf(inputs, troublesBefore)
    if (reader === null) return
    const { analyst, areAll } = reader
    // What was opened later is shown already.
    if (turn < turns.current.taken) return analyst.dismiss()
    turns.current.taken = turn
    // Whatever is under way gives way to what is newer.
    current.current?.analyst.dismiss()
    current.current = { analyst, inputs }
    setTold(NOTHING)
    setResult(null)
    setPacket(null)
    const [first, second] = inputs
    // Two may be the two ends of a path, which nobody can see in their names.
    if (areAll && inputs.length === 2 && first !== undefined && second !== undefined) {
      if (isResultAddress()) history.replaceState(null, '', startAddress())
      setStage({ at: 'choosing', inputs: [first, second], settings, troubles: troublesBefore })
    } else await summarize(settings, troublesBefore)
  }

  /** Reads captures, and shows what they say together. */
  const summarize = async (settings: Settings, troublesBefore: readonly string[]): Promise<void> => {
    if (current.current === null) return
    const { analyst } = current.current
    const inputs = [...current.current.inputs]
    const names = inputs.map(({ name }) => name)
    const abort = new AbortController()
    const stop = (): void => abort.abort()
    setStage({ at: 'reading', names, progress: null, stop })
    try {
      const onProgress = (progress: Progress): void => setStage({ at: 'reading', names, progress, stop })
      const read = await analyst.call('read', { inputs, settings }, { signal: abort.signal, onProgress })
      const troubles = [...troublesBefore, ...read.troubles]
      if (read.isStopped) setStage({ at: 'stopped', names, progress: read.progress, troubles })
      else if (!read.isReadable) refuse(troubles)
      else await show(troubles)
    } catch (error) {
      fail(error)
    }
  }

  /** Compares two captures, and shows what lies between them. */
  const compare = async (ends: Ends, settings: Settings, troublesBefore: readonly string[]): Promise<void> => {
    if (current.current === null) return
    const { analyst } = current.current
    current.current = { analyst, inputs: [ends.near, ends.far] }
    const names = [ends.near.name, ends.far.name]
    const stop = (): void => toStart()
    setStage({ at: 'comparing', names, progress: null, stop })
    try {
      const onProgress = (progress: Progress): void => setStage({ at: 'comparing', names, progress, stop })
      const read = await analyst.call('compare', { ends, settings }, { onProgress })
      const troubles = [...troublesBefore, ...read.troubles]
      if (read.isReadable) await show(troubles, 'comparison')
      else refuse(troubles)
    } catch (error) {
      fail(error)
    }
  }

  /** What can read these files, and whether all of them; `null` where not one is a capture, which is told: what is under way goes on. */
  const readerOf = async (
    inputs: Input[],
    troublesBefore: readonly string[],
  ): Promise<{ analyst: Analyst; areAll: boolean } | null> => {
    const analyst = new Analyst()
    try {
      const { isReadable, troubles } = await analyst.call('look', { inputs })
      if (isReadable) return { analyst, areAll: troubles.length === 0 }
      setTold([...troublesBefore, ...troubles])
    } catch (error) {
      setTold([error instanceof Error ? error.message : String(error)])
    }
    analyst.dismiss()
    return null
  }

  /** Shows what has been read. */
  const show = async (troubles: readonly string[], what: 'page' | 'comparison' = 'page'): Promise<void> => {
    if (current.current === null) return
    const { analyst, inputs } = current.current
    setStage({ at: 'finishing', names: inputs.map(({ name }) => name) })
    try {
      const data = await analyst.call(what, null)
      // The result comes with nothing chosen, whatever was chosen of the one before.
      if (isResultAddress()) history.replaceState(null, '', '#')
      else history.pushState(null, '', '#')
      setResult({ data, inputs, troubles, analyst })
      setStage({ at: 'result' })
    } catch (error) {
      fail(error)
    }
  }

  const toStart = (): void => {
    current.current?.analyst.dismiss()
    current.current = null
    setTold(NOTHING)
    setResult(null)
    if (isResultAddress()) history.pushState(null, '', startAddress())
    setStage(START)
  }

  useEffect(() => {
    // After the page was loaded anew nothing of a result is left.
    if (isResultAddress()) history.replaceState(null, '', startAddress())
  }, [])

  useEffect(() => {
    const move = (): void => {
      if (stage.at === 'start' && result !== null && isResultAddress()) setStage({ at: 'result' })
      else if (stage.at === 'result' && !isResultAddress()) setStage(START)
    }
    addEventListener('popstate', move)
    return () => removeEventListener('popstate', move)
  }, [stage, result])

  useEffect(() => {
    // Anywhere on the page; elsewhere a browser would leave the page for the file.
    const over = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setDragged(true)
    }
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDragged(false)
    }
    const drop = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setDragged(false)
      const { files, troubles } = filesOf(event)
      void open(files, troubles)
    }
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  })

  // Who reads with the ears is told where they are: a page that changes says nothing by itself.
  useEffect(() => {
    document.title = stage.at === 'result' && result !== null ? `${result.data.making.title} · ${TITLE}` : TITLE
    if (stage === START) return
    scrollTo(0, 0)
    const heading = document.querySelector('h1')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus()
  }, [stage.at])

  return (
    <div class={isDragged ? 'site dragged' : 'site'}>
      {stage.at !== 'start' && <Told troubles={told} close={() => setTold(NOTHING)} />}
      {stage.at === 'start' && <Start {...{ typed, setTyped, troubles: told }} open={(files) => void open(files)} />}
      {stage.at === 'choosing' && (
        <Choosing
          inputs={stage.inputs}
          summarize={() => void summarize(stage.settings, stage.troubles)}
          compare={(ends) => void compare(ends, stage.settings, stage.troubles)}
          leave={toStart}
        />
      )}
      {(stage.at === 'reading' || stage.at === 'comparing' || stage.at === 'stopped' || stage.at === 'finishing') && (
        <Reading
          at={stage.at}
          names={stage.names}
          progress={stage.at === 'finishing' ? null : stage.progress}
          {...((stage.at === 'reading' || stage.at === 'comparing') && { stop: stage.stop })}
          {...(stage.at === 'stopped' && { show: () => void show(stage.troubles) })}
          leave={toStart}
        />
      )}
      {stage.at === 'result' && result !== null && (
        <ResultBar inputs={result.inputs} troubles={result.troubles} analyst={result.analyst} leave={toStart} />
      )}
      {stage.at === 'result' && result !== null && 'summary' in result.data && (
        <LivePage {...result.data} isMade={false} openPacket={(number) => setPacket({ packet: number })} />
      )}
      {stage.at === 'result' && result !== null && 'comparison' in result.data && (
        <LiveComparison
          {...result.data}
          isMade={false}
          openPacket={(side, number) => setPacket({ packet: number, side })}
        />
      )}
      {result !== null && packet !== null && (
        <PacketDialog
          key={`${packet.side} ${packet.packet}`}
          packet={packet.packet}
          side={packet.side}
          analyst={result.analyst}
          close={() => setPacket(null)}
        />
      )}
      {isDragged && <p class="drop-here">Drop to open</p>}
    </div>
  )
}

/** The options that are wrong, a line each. */
function mistakesIn({ ports, underlayMtu }: Mistakes): string[] {
  return [
    ...(ports === null ? [] : [`Further VXLAN ports ${ports}`]),
    ...(underlayMtu === null ? [] : [`Underlay MTU ${underlayMtu}`]),
  ].map((line) => `${line}; mend the option, then open the captures again`)
}

function isResultAddress(): boolean {
  return location.href.includes('#')
}

function startAddress(): string {
  return location.href.split('#')[0]!
}
