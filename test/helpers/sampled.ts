// Samples as agents send them, for the tests of what is shown of them.

const held = (data: string, memory: number, survivors: number, more: object = {}) => ({
  ...{ data, memory, external: 0, count: survivors * 2 + 3, survivors },
  ...more,
})

const FOLDER = '/srv/shop/node_modules'

/** A Node worker whose session store never forgets, as `memmon sample` gets it. */
export const LEAKING = {
  version: 1,
  language: 'node',
  runtime: 'v22.11.0',
  pid: 4711,
  program: 'shop:shop_03',
  started_at: '2026-11-22T03:04:05.000Z',
  duration_ms: 30_120,
  sampling_interval_bytes: 3_481,
  precise: true,
  total_allocated: 314_572_800,
  total_retained: 5_872_026,
  growth: { rss: 7_340_032, heap_used: 4_823_449, external: 1_153_434, array_buffers: 1_048_576 },
  by_package: [
    held('session-store', 4_404_019, 612),
    held('image-cache', 1_153_433, 18, { external: 1_048_576 }),
    held('(app)', 209_715, 4),
    held('express', 104_859, 0),
  ],
  by_file: [
    held(`${FOLDER}/session-store/lib/store.js`, 4_404_019, 612),
    held(`${FOLDER}/image-cache/index.js`, 1_153_433, 18, { external: 1_048_576 }),
    held('/srv/shop/routes/cart.js', 209_715, 4),
  ],
  by_location: [
    held(`${FOLDER}/session-store/lib/store.js:84`, 4_404_019, 612, { function: 'SessionStore.remember' }),
    held(`${FOLDER}/image-cache/index.js:31`, 1_048_576, 16, { function: 'keep', external: 1_048_576 }),
    held('/srv/shop/routes/cart.js:12', 209_715, 4, { function: 'onCheckout' }),
  ],
  allocated: {
    by_package: [
      held('express', 209_715_200, 0),
      held('(app)', 83_886_080, 0),
      held('session-store', 4_404_019, 0),
    ],
    by_file: [],
    by_location: [],
  },
  by_class: [
    { data: 'Session', count: 182_311, growth: 6_120 },
    { data: 'Object', count: 90_214, growth: -12 },
  ],
  strings: [
    { data: 'session-#', count: 182_311, growth: 6_120, memory: 5_833_952 },
    { data: '/srv/shop/node_modules/express/lib/router/index.js', count: 7, growth: 0, memory: 504 },
  ],
  external: { allocated: 12_582_912, retained: 1_048_576, count: 16 },
  gc: { count: 212, total_ms: 411.5, longest_ms: 38.2 },
  timing: { allocated_ms: 3_000.1, retained_ms: 26_700.4 },
  limits: ['the line of an object is the one where its function begins; that of a Buffer is exact'],
  files: {
    report: '/var/lib/memmon/x/memmon-20261122T030405000Z-shop_shop_03-4711-sample.json',
    heapprofile: '/var/lib/memmon/x/memmon-20261122T030405000Z-shop_shop_03-4711-sample.heapprofile',
  },
}

/** Nothing is kept, and nearly nothing is said. */
export const STEADY = {
  version: 1,
  pid: 4712,
  duration_ms: 10_000,
  total_allocated: 1_048_576,
  total_retained: 2_048,
  growth: { rss: -4_096 },
  by_package: [held('(app)', 2_048, 0)],
}

const EVIL = 'evil\u001b[2J\u202e\n.js'

export const HOSTILE_SAMPLE = {
  ...LEAKING,
  program: `${EVIL}:${EVIL}`,
  by_package: [held(EVIL.repeat(50), 1e15, 3)],
  by_file: [held(EVIL, 1e15, 3), null, 7, { data: 5 }, { data: 'x', memory: -1 }],
  by_location: [held(EVIL, 1e15, 3, { function: EVIL })],
  by_class: [{ data: EVIL, count: 1e300, growth: -1e300 }, 'x'],
  strings: [{ data: EVIL, count: 7, growth: 3, memory: 70 }, { data: EVIL, count: 7, growth: 3 }, null],
  allocated: 'x',
  gc: { count: 'many' },
  limits: [EVIL, {}],
  files: { report: EVIL },
}
