// Every number that the detector goes by, with its reason. They were chosen on a plateau: docs/growth.md says how, and
// how little the result moves when one of them does.

/** How time is cut. */
export const TIME = {
  /** The shortest bucket: one tick of TICK_60 is coarser, some of TICK_5 make one. */
  bucketSeconds: 30,
  /** Each level's buckets are twice as long as those below: 12 levels of 32 reach from 16 minutes to 3 weeks. */
  levels: 12,
  buckets: 32,
  /** A window is cut in eight, and each eighth is as high as its lowest bucket: a collector's teeth are shorter. */
  segments: 8,
  /** What is missing is the last size again. More than this is a suspended machine, and no time has passed. */
  mostMissedBuckets: 60,
} as const

/** What growth looks like in one window. */
export const SHAPE = {
  /** Below it, allocators round. */
  leastKiB: 1024,
  leastShare: 0.02,
  /** One of the seven steps between segments that is more than this share of the growth is a jump, not a leak. */
  mostInOneStep: 0.35,
  /** How many equal jumps of the floor would give the same: stair steps have few. */
  leastJumps: 9,
  /** The slope at the end over the mean slope: what levels off falls below it long before it is level. */
  leastEndSlope: 0.85,
  /** The slope of the first three steps over the mean: it has grown through the whole window, not just lately. */
  leastEarlySlope: 0.75,
  /** It ends above every floor from before the window, by this share of the growth: teeth and days do not. */
  leastRecord: 0.5,
} as const

/** The same where sizes swing above the floor by this share of the growth: the floor under long teeth has few points. */
export const TEETH = { leastSwing: 0.4, mostInOneStep: 0.4, leastJumps: 5, leastEndSlope: 0.7 } as const

/** How much growth it takes: the sooner, the more. What starts or fills is quick, days take half a day, leaks last. */
export const PATIENCE = {
  /** With a limit, in shares of the room from the floor where it began to the limit: this over the hours it grows. */
  ofRoomAnHour: 0.26,
  leastOfRoom: 0.15,
  mostOfRoom: 0.32,
  /** Without one, in shares of the floor where it began: for so many hours the most, then falling as they go on. */
  mostOfFloor: 0.24,
  mostForHours: 5,
  leastOfFloor: 0.05,
  /** So much more of either while the window holds more than half of the process's life. */
  youngFactor: 1.1,
  /** And so much more after a calm so many times as long: a job, a morning or a cache; leaks come with a start. */
  calmFactor: 1.5,
  calmTimes: 2,
  /** So many buckets may fail the test of their shape before the growth counts as a new one. */
  restBuckets: 16,
} as const

/** When a leak is over. */
export const END = {
  /** The floor is compared with what was foretold, every so many buckets of the level that saw the leak. */
  buckets: 12,
  /** Less than this share of it, and the growth is over. */
  leastOfForetold: 0.2,
  /** At once, if no more than this share of what had grown is left. */
  leastKept: 0.5,
} as const

/** What stands above where it stood in the second eighth of its life, and is not a leak, may have bloated. */
export const BLOAT = {
  leastKiB: 1024,
  leastShare: 0.05,
  settledShare: 0.125,
  /** It has levelled off: no more than this share of the rise is of the last eighth. A straight line has a sixth. */
  mostLately: 0.15,
  leastBuckets: 16,
} as const
