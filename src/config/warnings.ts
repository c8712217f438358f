// What is to be said of settings that hold: at the start, at a reload, and by the commands for people.
import { ownUid, refuseLoose } from './deciding-files.ts'
import { doubtsOf } from './doubtful.ts'
import { missingCommands, type Onlooker } from './missing-commands.ts'
import type { Settings } from './settings.ts'
import { zoneTexts } from './unknown-zone.ts'

/** Throws a UsageError as root, about files that others may write; `loose` are those that were read. */
export const warningsOf = (
  settings: Settings,
  loose: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  who: Onlooker,
): string[] => [
  ...refuseLoose(settings, loose, ownUid()),
  ...doubtsOf(settings),
  ...missingCommands(settings, environment, who),
  // This shell's is not supervisord's.
  ...(who === 'listener' ? zoneTexts(settings, environment.TZ) : []),
]
