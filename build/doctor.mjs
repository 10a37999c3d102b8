/** `npm run doctor`: what this machine has of what the tests and scripts can use, and what each absence skips. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Whether a program answers. @param {string} name */
const answers = (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined

/** @type {[name: string, isThere: boolean, skipped: string][]} */
const FINDINGS = [
  ['tshark', answers('tshark'), 'comparisons with tshark, and filters run through it (apt-get install tshark)'],
  ['chromium', answers('chromium'), 'the library in a browser, npm run test:browser (apt-get install chromium)'],
  ['Redis', answers('redis-server'), 'nothing yet: the fleet will need it (apt-get install redis-server)'],
  ['Open vSwitch', answers('ovs-vsctl'), 'nothing yet: the lab will need it (apt-get install openvswitch-switch)'],
  ['root', process.getuid?.() === 0, 'tests of permissions that only root can set up'],
  ['bash', answers('bash'), 'tests of its completion'],
  ['zsh', answers('zsh'), 'tests of its completion (apt-get install zsh)'],
  ['fish', answers('fish'), 'tests of its completion (apt-get install fish)'],
  ['groff', answers('groff'), 'the check that the man page is set without a warning (apt-get install groff)'],
  [
    '../shared',
    existsSync(new URL('../../shared/CONTRACT.md', import.meta.url)),
    'tests on captures of the lab, the field and the corpus',
  ],
]

for (const [name, isThere, skipped] of FINDINGS) {
  console.log(`${isThere ? 'found  ' : 'absent '} ${name.padEnd(13)}${isThere ? '' : `skips ${skipped}`}`)
}
