/** Findings as SARIF 2.1.0, for code-scanning dashboards (OASIS Static Analysis Results Interchange Format). */
import { type Place, placer } from '../findings/by-file.ts'
import { CATALOG } from '../findings/catalog.ts'
import { checkGiven, checkString, checkSummary } from '../option.ts'
import type { FileSummary, Finding, Summary } from '../summary.ts'
import { printableJson } from './printable.ts'

/** What SARIF says of a code in general. */
interface Rule {
  id: string
  shortDescription: { text: string }
  fullDescription: { text: string }
  help: { text: string }
  defaultConfiguration: { level: Finding['severity'] }
}

/** Where the program can be read about; SARIF requires one name for it everywhere. */
const TOOL = 'vxpcap'

/**
 * Writes the findings of a summary as one SARIF log.
 * @param version - The program's version.
 * @returns JSON text, ending in a newline.
 */
export function formatSarif(summary: Summary, version: string): string {
  checkSummary('summary', summary)
  checkGiven('version', version)
  checkString('version', version)
  const rules = [...CATALOG.map(ruleOf), ...ownRules(summary.findings)]
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]))
  const place = placer(summary.capture.files, summary.capture.origins)
  const { artifacts, artifactOf } = artifactsOf(summary.capture.files)
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: TOOL, version, semanticVersion: version, rules } },
        artifacts,
        results: summary.findings.map((finding) => resultOf(finding, indexOf, artifactOf, place)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
  return `${printableJson(JSON.stringify(log, null, 2))}\n`
}

/** A code of the catalogue as a rule. */
function ruleOf({ code, severity, meaning, evidence, advice }: (typeof CATALOG)[number]): Rule {
  return {
    id: code,
    shortDescription: { text: meaning },
    fullDescription: { text: evidence },
    help: { text: advice },
    defaultConfiguration: { level: severity },
  }
}

/** Codes of a user's analyzers, each as the first finding of it says. */
function ownRules(findings: readonly Finding[]): Rule[] {
  const known = new Set(CATALOG.map(({ code }) => code))
  return findings.flatMap(({ code, severity, title, observed, remedy }) => {
    if (known.has(code)) return []
    known.add(code)
    return {
      id: code,
      shortDescription: { text: title },
      fullDescription: { text: observed },
      help: { text: remedy },
      defaultConfiguration: { level: severity },
    }
  })
}

/** The files, each once: SARIF has no two artifacts alike, and a capture may have been given twice. */
function artifactsOf(files: readonly FileSummary[]) {
  const artifacts: { location: { uri: string }; length: number }[] = []
  const known = new Map<string, number>()
  const artifactOf = files.map(({ name, bytes }) => {
    const uri = uriOf(name)
    const index = known.get(uri) ?? artifacts.push({ location: { uri }, length: bytes }) - 1
    known.set(uri, index)
    return { uri, index }
  })
  return { artifacts, artifactOf }
}

/** Where a file is among the artifacts. */
type Artifact = { uri: string; index: number }

function resultOf(
  finding: Finding,
  rules: ReadonlyMap<string, number>,
  files: readonly Artifact[],
  place: (packet: number) => Place | null,
) {
  const { code, severity, title, subject, count, packets, observed, inferred, remedy } = finding
  const { displayFilter, displayFilters, because } = finding
  return {
    ruleId: code,
    ruleIndex: rules.get(code)!,
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

/**
 * The packets in their files. A capture has no lines: `startLine` is the packet's number in its file, as Wireshark lists it.
 * A packet of which nobody knows the file has its number in all files alone.
 */
function locationsOf(packets: readonly number[], files: readonly Artifact[], place: (packet: number) => Place | null) {
  if (packets.length === 0) return files.slice(0, 1).map((file) => ({ physicalLocation: { artifactLocation: file } }))
  return packets.map((packet) => {
    const logicalLocations = [{ name: `packet ${packet}`, kind: 'member' }]
    const found = place(packet)
    const file = found === null ? undefined : files[found.file]
    if (found === null || file === undefined) return { logicalLocations }
    return {
      physicalLocation: { artifactLocation: file, region: { startLine: found.number } },
      logicalLocations,
    }
  })
}

/**
 * A path as a URI reference (RFC 3986 §4.2): every segment encoded, so that no character of a name ends the path or begins a scheme.
 * Slashes at the start are one: two would begin a host.
 */
function uriOf(name: string): string {
  if (name === '-') return 'stdin'
  const path = name.replace(/^\/{2,}/, '/')
  return path.split('/').map(encoded).join('/')
}

/** Half a surrogate pair stands for a byte of a name that is no UTF-8 (`capture/files/node-names.ts`), or for nothing. */
function encoded(segment: string): string {
  const parts = segment.split(/(\p{Surrogate})/u)
  return parts.map((part, index) => (index % 2 === 0 ? encodeURIComponent(part) : byteOf(part.charCodeAt(0)))).join('')
}

function byteOf(half: number): string {
  return half >= 0xdc80 && half <= 0xdcff ? `%${(half - 0xdc00).toString(16).toUpperCase()}` : '%EF%BF%BD'
}
