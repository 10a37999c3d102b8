/// <reference lib="dom" />
/** A packet that a finding names, as `vxpcap decode` says it: read again from the file once somebody asks. */
import type { Place } from '../src/comparison.ts'
import { CopyButton } from '../src/page/parts/copy-button.tsx'
import { h, useEffect, useRef, useState } from '../src/page/preact.ts'
import { bytes } from '../src/report/number.ts'
import { type LayerWords, packetLines } from '../src/report/packet-text.ts'
import { type Analyst, Stopped } from './analyst.ts'
import type { OpenedPacket, Progress } from './messages.ts'

interface PacketDialogProperties {
  packet: number
  /** Whose number it is, where two captures were compared. */
  side: Place | undefined
  analyst: Analyst
  close: () => void
}

export function PacketDialog({ packet, side, analyst, close }: PacketDialogProperties) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [opened, setOpened] = useState<OpenedPacket | null>(null)
  const [progress, setProgress] = useState<Progress | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    dialog.current?.showModal()
    analyst
      .call('packet', { packet, side }, { signal: abort.signal, onProgress: setProgress })
      .then(setOpened, (error) => {
        if (!(error instanceof Stopped)) setTrouble(error instanceof Error ? error.message : String(error))
      })
    return () => abort.abort()
  }, [packet, side, analyst])
  return (
    <dialog ref={dialog} aria-labelledby="packet-title" onClose={close}>
      <div class="dialog-head">
        <h2 id="packet-title">{opened?.title ?? 'Packet'}</h2>
        {opened !== null && <CopyButton text={`${packetLines(opened.words).join('\n')}\n`} what="the packet as text" />}
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <p role="status" class={opened === null ? '' : 'unseen'}>
        {trouble === null && (opened === null ? 'Reading the capture up to this packet …' : `${opened.title} is shown`)}
        {opened === null &&
          trouble === null &&
          progress !== null &&
          ` ${bytes(progress.bytes)} of ${bytes(progress.total ?? 0)}`}
        {trouble}
      </p>
      {opened !== null && <Packet {...opened} />}
    </dialog>
  )
}

function Packet({ words: { heading, comments, layers, faults }, bytes: dump }: OpenedPacket) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="packet" aria-label="Layers and fields" tabIndex={0}>
      <p>{heading}</p>
      {comments.map((comment) => (
        <p key={comment}>{comment}</p>
      ))}
      <Layers {...{ layers }} />
      {faults.length > 0 && (
        <ul class="faults">
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      <details class="bytes">
        <summary>Bytes</summary>
        <pre>{dump.join('\n')}</pre>
      </details>
    </section>
  )
}

/** Layers that follow each other, each with its fields and what it carries. */
function Layers({ layers }: { layers: readonly LayerWords[] }) {
  return (
    <ul class="layers">
      {layers.map(({ line, fields, layers: inside }) => (
        <li key={line}>
          {fields.length + inside.length === 0 ? (
            <p>{line}</p>
          ) : (
            <details open>
              <summary>{line}</summary>
              {fields.length > 0 && <Fields {...{ fields }} />}
              {inside.length > 0 && <Layers layers={inside} />}
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}

function Fields({ fields }: Pick<LayerWords, 'fields'>) {
  return (
    <table>
      <tbody>
        {fields.map(({ place, name, text, level }, index) => (
          <tr key={index}>
            <td class="place">{place}</td>
            <th scope="row" style={{ paddingInlineStart: `${level}rem` }}>
              {name}
            </th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
