// Breaks on purpose: each changes one place of src/, and the simulation has to find it. docs/reliability.md says after
// how many seeds it does.

export const BREAKS = [
  {
    name: 'stop-not-noted',
    what: 'the stop is not in the journal before it is asked for',
    file: 'src/restart/job.ts',
    from: "  job.state === 'stopping' ||\n",
    to: '',
  },
  {
    name: 'start-once',
    what: 'a start that has failed is not tried again',
    file: 'src/restart/starting.ts',
    from: "const next: JobIn<'starting'> = { ...job, failures, isStarted: false }",
    to: "const next: JobIn<'starting'> = { ...job, failures, isStarted: false }\n  if (failures > 0) return leave(job, failed(job, moment, 'start', text), true)",
  },
  {
    name: 'drained-not-started',
    what: 'a process that was asked to finish and ended is not started again',
    file: 'src/restart/drained.ts',
    from: 'return job.drained?.isTold\n        ? bringBackEnded(job, moment)',
    to: 'return job.drained?.isTold && job.drained.sinceTick < 0\n        ? bringBackEnded(job, moment)',
  },
  {
    name: 'no-post-after-resume',
    what: 'post_restart_command is not run by the memmon that resumes',
    file: 'src/restart/endings.ts',
    from: "if (event.kind === 'resumed') return conclude(job)",
    to: "if (event.kind === 'resumed') return { job: done(job).job, effects: [] }",
  },
  {
    name: 'no-post-after-skip',
    what: 'post_restart_command is not run where the restart was left out',
    file: 'src/restart/endings.ts',
    from: "if (job.owesPost) return conclude({ ...headOf(job), state: 'finishing', outcome, isDrainedOn })",
    to: '',
  },
  {
    name: 'terms-ignored',
    what: 'what the settings in force say is not asked right before the stop',
    file: 'src/restart/spare.ts',
    from: "if (terms.kind === 'spared') return spare(job, moment, terms.why)",
    to: "if (terms.kind === 'spared') return undefined",
  },
  {
    name: 'size-not-read-again',
    what: 'the size is not compared again right before the stop',
    file: 'src/restart/spare.ts',
    from: 'if (isWithin(breach, measured.value, terms.limit))',
    to: 'if (isWithin(breach, breach.value, terms.limit))',
  },
  {
    name: 'replaced-not-seen',
    what: 'a newer run of the program is taken for the one that was found',
    file: 'src/rules/process.ts',
    from: 'a.pid === b.pid && a.startSeconds === b.startSeconds',
    to: 'a.startSeconds >= 0 && b.startSeconds >= 0',
  },
  {
    name: 'not-told',
    what: 'an outcome that follows from a resumed restart is not told',
    file: 'src/restart/endings.ts',
    from: 'return { job: undefined, effects: [told] }',
    to: 'return { job: undefined, effects: job.drained ? [] : [told] }',
  },
  {
    name: 'group-waits-for-ever',
    what: 'a group waits for one of its processes without a bound',
    file: 'src/restart/turns.ts',
    from: 'GROUP_WAITS_MS = 300_000',
    to: 'GROUP_WAITS_MS = 1e12',
  },
  {
    name: 'no-look-after-evidence',
    what: 'the stop goes by the look from before evidence was taken',
    file: 'src/restart/preparing.ts',
    from: "return go({ ...job, phase: 'last look', evidence }, ...said, { do: 'look again' })",
    to: 'return askForStop(job, moment)',
  },
]
