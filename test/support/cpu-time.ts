/** What work costs, told apart from how busy the machine is. */

/** Milliseconds that the processor has spent on this process. A clock on the wall also counts what it spends on others. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
