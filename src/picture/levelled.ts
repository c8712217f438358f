// The limit that fits what has grown and levelled off: above where it stands, and above its peaks. Pure.
import type { Point } from '../history/process-history.ts'
import type { Bloat } from '../trend/verdict.ts'
import { limitFigure } from './rough.ts'
import { highestOf, lateHalf } from './stretch.ts'

const ROOM = { level: 1.08, peak: 1.05 }

/** As a person would write it. `points` are those of the life that has levelled off. */
export const fittingBytes = ({ toBytes }: Bloat, points: readonly Point[]): number =>
  limitFigure(Math.max(ROOM.level * toBytes, ROOM.peak * highestOf(lateHalf(points))))
