/** What the overlay's picture shows, for those who hear the page: the pairs with findings, and the largest ones. */

import { SEVERITIES } from '../../findings/severity.ts'
import { bytes, integer } from '../../report/number.ts'
import type { Severity } from '../../summary.ts'
import { h } from '../preact.ts'
import type { OverlayLink, OverlayModel } from './overlay-model.ts'

/** Most rows: the page's own table has all. */
const MOST = 20

export interface OverlayTableProperties {
  model: OverlayModel
  hasLink: (link: OverlayLink) => boolean
  severityOf: (findings: readonly number[]) => Severity | null
}

export function OverlayTable({ model, hasLink, severityOf }: OverlayTableProperties) {
  const rows = model.links.filter(hasLink).map((link) => ({ link, severity: severityOf(link.findings) }))
  const rank = (severity: Severity | null): number =>
    severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity)
  rows.sort((left, right) => rank(left.severity) - rank(right.severity) || right.link.bytes - left.link.bytes)
  return (
    <div class="unseen">
      <table>
        <caption>
          {`${integer(Math.min(MOST, rows.length))} of ${integer(rows.length)} VTEP pairs: those with findings, then the largest`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Pair</th>
            <th scope="col">Bytes on the wire</th>
            <th scope="col">VNIs</th>
            <th scope="col">Findings</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map(({ link, severity }) => (
            <tr key={`${link.from} ${link.to}`}>
              <th scope="row">{`${model.nodes[link.from]!.address} and ${model.nodes[link.to]!.address}`}</th>
              <td>{bytes(link.bytes)}</td>
              <td>{link.vnis.slice(0, 8).join(', ')}</td>
              <td>{severity ?? 'none'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
