/** Findings as SARIF 2.1.0, for code-scanning dashboards (OASIS Static Analysis Results Interchange Format). */
import { type Place, placer } from '../findings/by-file.ts'
import { CATALOG } from '../findings/catalog.ts'
import type { FileSummary, Finding, Summary } from '../summary.ts'

/** Where the program can be read about; SARIF requires one name for it everywhere. */
const TOOL = 'vxpcap'

/**
 * Writes the findings of a summary as one SARIF log.
 * @param version - The program's version.
 * @returns JSON text, ending in a newline.
 */
export function formatSarif(summary: Summary, version: string): string {
  const rules = CATALOG.map(({ code, severity, meaning, evidence, advice }) => ({
    id: code,
    shortDescription: { text: meaning },
    fullDescription: { text: evidence },
    help: { text: advice },
    defaultConfiguration: { level: severity },
  }))
  const place = placer(summary.capture.files, summary.capture.origins)
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: TOOL, version, semanticVersion: version, rules } },
        artifacts: summary.capture.files.map(({ name, bytes }) => ({ location: { uri: uriOf(name) }, length: bytes })),
        results: summary.findings.map((finding) => resultOf(finding, summary.capture.files, place)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function resultOf(finding: Finding, files: readonly FileSummary[], place: (packet: number) => Place | null) {
  const { code, severity, title, subject, count, packets, observed, inferred, remedy } = finding
  const { displayFilter, displayFilters, because } = finding
  return {
    ruleId: code,
    ruleIndex: CATALOG.findIndex((kind) => kind.code === code),
    level: severity,
    message: { text: `${title}. ${observed} ${inferred} ${remedy}` },
    locations: locationsOf(packets, files, place),
    partialFingerprints: { 'codeAndSubject/v1': JSON.stringify([code, subject]) },
    occurrenceCount: count,
    properties: {
      subject,
      packets,
      displayFilter,
      ...(displayFilters === undefined ? {} : { displayFilters }),
      ...(because === undefined ? {} : { because }),
    },
  }
}

/** The packets in their files. A capture has no lines: `startLine` is the packet's number in its file, as Wireshark lists it. */
function locationsOf(
  packets: readonly number[],
  files: readonly FileSummary[],
  place: (packet: number) => Place | null,
) {
  if (packets.length === 0) {
    return files.slice(0, 1).map(({ name }) => ({ physicalLocation: { artifactLocation: { uri: uriOf(name) } } }))
  }
  return packets.map((packet) => {
    const { file: index, number } = place(packet) ?? { file: 0, number: packet }
    return {
      physicalLocation: {
        artifactLocation: { uri: uriOf(files[index]!.name), index },
        region: { startLine: number },
      },
      logicalLocations: [{ name: `packet ${packet}`, kind: 'member' }],
    }
  })
}

function uriOf(name: string): string {
  return name === '-' ? 'stdin' : encodeURI(name)
}
