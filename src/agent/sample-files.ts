// The files of a sample: its report, and V8's data for DevTools.
import { fileName, writeWhole } from './files.ts'
import { reportOf } from './measured-report.ts'
import type { SampleReport } from './report.ts'
import type { Measured } from './sample-stages.ts'

/** A file that cannot be written does not lose the report: it says why. */
export function writeSample(measured: Measured, folder: unknown): SampleReport {
  const report = reportOf(measured, programName())
  const at = new Date(measured.startedAt)
  const failures: string[] = []
  const written = (extension: string, content: object): string | undefined => {
    try {
      return writeWhole(folder, fileName('sample', extension, at), JSON.stringify(content))
    } catch (thrown) {
      failures.push(`the .${extension} file was not written: ${(thrown as Error).message}`)
      return undefined
    }
  }
  const { head, samples } = measured.retained.profile
  const heapprofile = written('heapprofile', { head, samples })
  const files = heapprofile === undefined ? {} : { heapprofile }
  const json = written('json', { ...report, files })
  return {
    ...report,
    limits: [...report.limits, ...failures],
    files: { ...files, ...(json === undefined ? {} : { report: json }) },
  }
}

/** group:name, as supervisord calls this process or an ancestor of it. */
function programName(): string | null {
  const { SUPERVISOR_GROUP_NAME: group, SUPERVISOR_PROCESS_NAME: name } = process.env
  return group && name ? `${group}:${name}`.slice(0, 300) : null
}
